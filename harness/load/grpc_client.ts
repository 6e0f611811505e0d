/** The harness as a gRPC caller: one connection of its own, every call in the client ledger. */
import type { Recorder } from "../model/event.ts";
import type { Caller } from "./call.ts";
import { openEntry } from "./call_ledger.ts";
import { callEcho, type CallPath } from "./client/echo_call.ts";
import { SharedConnection } from "./client/shared_connection.ts";

/** How to reach the first hop. */
export interface GrpcClientOptions {
  /** `host:port`, plaintext. */
  readonly address: string;
  readonly recorder: Recorder;
}

/** A caller with a connection of its own, which is opened afresh after it ended or was refused. */
export interface GrpcClient extends Caller, Disposable {
  readonly address: string;
  /** Closes the connection; calls in flight end as UNAVAILABLE. */
  close(): void;
}

/**
 * Makes a caller of one address. Nothing is sent before the first call. It adds nothing of its own to what a mesh does:
 * no retry, no configuration, no proxy, no back-off.
 *
 * @param options Address and recorder.
 */
export function createGrpcClient(options: GrpcClientOptions): GrpcClient {
  const { address, recorder } = options;
  const shared = new SharedConnection(address);
  const path: CallPath = { authority: address, scheme: "http", connection: () => shared.get() };
  const close = () => shared.close();
  return {
    address,
    async call(request) {
      const entry = openEntry(recorder, request);
      return entry.end(await callEcho(path, request, entry.headers));
    },
    close,
    [Symbol.dispose]: close,
  };
}
