import "../../../runtime/safe_http2.ts";
import { Buffer } from "node:buffer";
import http2 from "node:http2";
import tls from "node:tls";
import type { KeyPair } from "../../../model/mesh.ts";
import { METHOD } from "./upstream.ts";

/** What a TLS peer came by. */
export interface TlsAnswer {
  /** The `grpc-status` of a call, or why there was none. */
  readonly outcome: string;
  /** Serial of the leaf shown, in lower-case hex; empty when none was. */
  readonly serial: string;
}

/** Opens a TLS connection of its own and makes one gRPC call on it; resolves however it ends. */
export function callOverTls(address: string, bundle: string, certificate?: KeyPair): Promise<TlsAnswer> {
  const [host, port] = address.split(":") as [string, string];
  return new Promise((resolve) => {
    let serial = "";
    const socket = tls.connect({
      host,
      port: Number(port),
      servername: "localhost",
      ca: bundle,
      ALPNProtocols: ["h2"],
      ...(certificate === undefined ? {} : { cert: certificate.chain, key: certificate.key }),
    });
    const end = (outcome: string) => {
      socket.destroy();
      resolve({ outcome, serial });
    };
    socket.on("error", (error: Error) => end(error.message));
    socket.on("close", () => end("closed"));
    socket.on("secureConnect", () => {
      serial = String(socket.getPeerCertificate().serialNumber ?? "").toLowerCase();
      const session = http2.connect("https://localhost", { createConnection: () => socket });
      session.on("error", (error: Error) => end(error.message));
      const stream = session.request({
        ":method": "POST",
        ":path": METHOD,
        "content-type": "application/grpc",
        te: "trailers",
      });
      stream.on("error", (error: Error) => end(error.message));
      stream.on("trailers", (trailers) => end(`grpc-status ${trailers["grpc-status"]}`));
      stream.on("response", (headers) => {
        if (headers["grpc-status"] !== undefined) end(`grpc-status ${headers["grpc-status"]}`);
      });
      stream.resume();
      // An empty message: not compressed, length 0.
      stream.end(Buffer.alloc(5));
    });
  });
}
