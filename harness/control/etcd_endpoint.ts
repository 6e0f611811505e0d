import { Client, type ClientDuplexStream, credentials, type ServiceError, status } from "../runtime/grpc.ts";
import { asBuffer } from "./buffer.ts";
import {
  decodeGrantedSeconds,
  decodeRangeResponse,
  decodeWatchResponse,
  encodeLeaseTimeToLive,
  encodeRangeRequest,
  encodeWatchCreate,
  encodeWatchProgress,
  type RangeResponse,
  type WatchResponse,
} from "./etcd_codec.ts";

/** A watch that runs on one member. */
export interface EtcdWatch {
  /** Asks for a progress notification. */
  progress(): void;
  cancel(): void;
}

/** One member of an etcd cluster as a client sees it. Every call has a deadline, so that a silent member is left. */
export class EtcdEndpoint {
  readonly address: string;
  readonly #deadlineMs: number;
  #client: Client | undefined;

  constructor(address: string, deadlineMs: number) {
    this.address = address;
    this.#deadlineMs = deadlineMs;
  }

  /** A linearizable read, which a member without quorum cannot answer. */
  range(prefix: string, countOnly = false): Promise<RangeResponse> {
    return this.#unary("/etcdserverpb.KV/Range", encodeRangeRequest(prefix, countOnly), decodeRangeResponse);
  }

  /** The time-to-live that was granted to a lease, in seconds. */
  grantedSeconds(lease: string): Promise<number> {
    return this.#unary(
      "/etcdserverpb.Lease/LeaseTimeToLive",
      encodeLeaseTimeToLive(lease),
      decodeGrantedSeconds,
    );
  }

  /** Watches from a revision on; `onEnd` is called once, unless the watch was cancelled by its owner. */
  watch(
    prefix: string,
    startRevision: number,
    onResponse: (response: WatchResponse) => void,
    onEnd: (reason: string) => void,
  ): EtcdWatch {
    const stream: ClientDuplexStream<Uint8Array, WatchResponse> = this.#connect().makeBidiStreamRequest(
      "/etcdserverpb.Watch/Watch",
      asBuffer,
      decodeWatchResponse,
    );
    let over = false;
    stream.on("data", (response: WatchResponse) => over || onResponse(response));
    stream.on("error", (_error: ServiceError) => {});
    stream.on("status", (end: { code: number; details: string }) => {
      if (!over) onEnd(`${status[end.code] ?? end.code}: ${end.details}`);
      over = true;
    });
    stream.write(encodeWatchCreate(prefix, startRevision));
    return {
      progress: () => void (over || stream.write(encodeWatchProgress())),
      cancel: () => {
        over = true;
        stream.cancel();
      },
    };
  }

  /** Closes the connection; the next call opens a new one. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #connect(): Client {
    return this.#client ??= new Client(this.address, credentials.createInsecure(), {
      "grpc.enable_http_proxy": 0,
      "grpc.enable_retries": 0,
      "grpc.initial_reconnect_backoff_ms": 50,
      "grpc.min_reconnect_backoff_ms": 50,
      "grpc.max_reconnect_backoff_ms": 250,
      "grpc.max_receive_message_length": -1,
      // Two readers of one process must not share a connection: closing it would take the other's along.
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  #unary<Answer>(path: string, request: Uint8Array, decode: (bytes: Uint8Array) => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#connect().makeUnaryRequest<Uint8Array, Answer>(
        path,
        asBuffer,
        decode,
        request,
        { deadline: Date.now() + this.#deadlineMs },
        (error, answer) => {
          if (error === null && answer !== undefined) return resolve(answer);
          reject(new Error(`etcd at ${this.address}, ${path}: ${error?.message ?? "empty answer"}`));
        },
      );
    });
  }
}
