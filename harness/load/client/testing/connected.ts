import { frameMessage } from "../../../wire/grpc_frame.ts";
import { httpHead } from "../grpc_head.ts";
import type { Http2ConnectionOptions } from "../connection_options.ts";
import { Http2Connection } from "../http2_connection.ts";
import { NO_SETTINGS, ScriptedPeer } from "./scripted_peer.ts";
import { RecordedStream } from "./recorded_stream.ts";

/** A small request. */
export const HEAD: Uint8Array = httpHead({ method: "POST", path: "/x", authority: "a" });
export const BODY: Uint8Array = frameMessage(Uint8Array.of(1, 2, 3));

/** A client's connection and the server at its other end. */
export interface Connected extends AsyncDisposable {
  readonly connection: Http2Connection;
  readonly peer: ScriptedPeer;
  /** Begins a small request and writes it. */
  request(body?: Uint8Array): RecordedStream;
}

/**
 * Connects a client to a scripted server.
 *
 * @param settings The server's first words; empty for none.
 */
export async function connected(
  settings: Uint8Array = NO_SETTINGS,
  options: Http2ConnectionOptions = {},
): Promise<Connected> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [accepted, dialled] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port }),
  ]);
  for (const each of [accepted, dialled]) each.setNoDelay(true);
  const peer = new ScriptedPeer(accepted);
  const connection = new Http2Connection(dialled, options);
  if (settings.length > 0) {
    await peer.send(settings);
    await connection.ready;
  }
  return {
    connection,
    peer,
    request(body = BODY) {
      const stream = new RecordedStream();
      if (!connection.request(stream, HEAD, body)) throw new Error("expected a connection that is open");
      connection.flush();
      return stream;
    },
    async [Symbol.asyncDispose]() {
      connection.destroy();
      await peer[Symbol.asyncDispose]();
      await connection.ended;
    },
  };
}
