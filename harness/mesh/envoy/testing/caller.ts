import { Client, credentials, Metadata, status } from "../../../runtime/grpc.ts";
import { Buffer } from "node:buffer";
import { METHOD } from "./upstream.ts";

/** How a call ended for its caller. */
export interface Answer {
  readonly status: string;
  readonly message: string;
  /** The instance that answered; empty when none did. */
  readonly instance: string;
  readonly afterMs: number;
}

/** A gRPC client of a test. */
export class Caller implements Disposable {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      "grpc.enable_retries": 0,
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  /** Calls once; resolves however it ends. */
  call(headers: Readonly<Record<string, string>> = {}, path = METHOD, deadlineMs = 5000): Promise<Answer> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const startedT = performance.now();
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest<Buffer, Buffer>(
        path,
        (bytes) => bytes,
        (bytes) => bytes,
        Buffer.from("hello"),
        metadata,
        { deadline: Date.now() + deadlineMs },
        (error, body) =>
          resolve({
            status: status[error?.code ?? status.OK] ?? "?",
            message: error?.details ?? "",
            instance: body?.toString() ?? "",
            afterMs: performance.now() - startedT,
          }),
      );
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
