/** Small servers and callers on loopback, for tests of what carries connections. */
import { Buffer } from "node:buffer";
import net from "node:net";
import { listenAt } from "../listen_at.ts";

export interface TestServer extends AsyncDisposable {
  readonly address: string;
  /** Connections that it took, in order. */
  readonly connections: readonly net.Socket[];
}

/** A server that does with each connection what it is told. */
export async function serverOf(serve: (socket: net.Socket) => void): Promise<TestServer> {
  const connections: net.Socket[] = [];
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.push(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  const port = await listenAt(server, "127.0.0.1", 0);
  return {
    address: `127.0.0.1:${port}`,
    connections,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

/** A server that sends back what it gets. */
export function echoServer(): Promise<TestServer> {
  return serverOf((socket) => socket.pipe(socket));
}

/** A connection that is open. */
export function connectTo(address: string): Promise<net.Socket> {
  const [host = "", port] = address.split(":");
  const socket = net.connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.on("error", reject);
  });
}

/** What came until the connection ended, and how: `end`, or the error's code. */
export function readAll(socket: net.Socket): Promise<{ bytes: Buffer; ending: string }> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const done = (ending: string) => resolve({ bytes: Buffer.concat(pieces), ending });
    socket.on("data", (piece: Buffer) => pieces.push(piece));
    socket.on("end", () => done("end"));
    socket.on("error", (error) => done((error as Error & { code: string }).code));
    socket.on("close", () => done("closed"));
  });
}

/** Reads just so many bytes, as text. */
export function readText(socket: net.Socket, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (piece: Buffer) => {
      text += piece.toString();
      if (text.length < length) return;
      socket.off("data", onData);
      resolve(text);
    };
    socket.on("data", onData);
    socket.once("close", () => reject(new Error(`the connection ended after ${JSON.stringify(text)}`)));
  });
}
