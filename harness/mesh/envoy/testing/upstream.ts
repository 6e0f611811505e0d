import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type StatusObject,
} from "../../../runtime/grpc.ts";
import { Buffer } from "node:buffer";

/** The one method of a test's upstream. */
export const METHOD = "/test.Upstream/Call";

/** What an upstream saw of a call. */
export interface Seen {
  readonly attempt: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A gRPC server of one instance, which answers as a test tells it. */
export class Upstream implements AsyncDisposable {
  readonly id: string;
  readonly seen: Seen[] = [];
  /** Decides what a call gets: its status, once the promise resolves. */
  answer: (seen: Seen) => number | Promise<number> = () => status.OK;
  readonly #server = new Server();
  #address = "";

  private constructor(id: string) {
    this.id = id;
    const handler: handleUnaryCall<Buffer, Buffer> = async (call, callback) => {
      const headers = Object.fromEntries(
        Object.entries(call.metadata.getMap()).map(([name, value]) => [name, String(value)]),
      );
      const seen = { attempt: headers["x-envoy-attempt-count"] ?? "", headers };
      this.seen.push(seen);
      const code = await this.answer(seen);
      if (code !== status.OK) {
        return callback({ code, details: `${this.id} refuses`, metadata: new Metadata() } as StatusObject);
      }
      const metadata = new Metadata();
      metadata.set("x-meshproof-instance", this.id);
      call.sendMetadata(metadata);
      callback(null, Buffer.from(this.id));
    };
    this.#server.register(METHOD, handler, (bytes: Buffer) => bytes, (bytes: Buffer) => bytes, "unary");
  }

  static async start(id: string): Promise<Upstream> {
    const upstream = new Upstream(id);
    const port = await new Promise<number>((resolve, reject) => {
      upstream.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    upstream.#address = `127.0.0.1:${port}`;
    return upstream;
  }

  get address(): string {
    return this.#address;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}
