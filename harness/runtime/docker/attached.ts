/** Standard input and output of a container over the connection that the engine has handed over to them. */
import type { Duplex } from "node:stream";
import { FrameSplitter } from "./frame_splitter.ts";

/** Bytes of each output stream that are held for a slow reader, before the program is held back. */
const HELD_BYTES = 256 * 1024;

/** A container's streams. */
export interface Attached {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** Resolves when the connection has ended: the program has, or the engine, or the way to it. */
  readonly ended: Promise<void>;
  /** Writes to standard input. Rejects when the connection has ended. */
  write(text: string): Promise<void>;
  close(): void;
}

/** Takes over a hijacked connection. Reading waits for whoever reads slowest, so that memory stays bounded. */
export function attachedOf(connection: Duplex): Attached {
  const ended = Promise.withResolvers<void>();
  const controllers: Partial<Record<"stdout" | "stderr", ReadableStreamDefaultController<Uint8Array>>> = {};
  const both = () => [controllers.stdout, controllers.stderr];
  const hasRoom = () => both().every((each) => (each?.desiredSize ?? 1) > 0);
  const stream = (name: "stdout" | "stderr") =>
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        controllers[name] = controller;
      },
      pull: () => {
        if (hasRoom()) connection.resume();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: HELD_BYTES }));
  const stdout = stream("stdout");
  const stderr = stream("stderr");

  const frames = new FrameSplitter((name, bytes) => controllers[name]?.enqueue(bytes));
  connection.on("data", (bytes: Uint8Array) => {
    frames.push(bytes);
    if (!hasRoom()) connection.pause();
  });
  let isOver = false;
  const finish = () => {
    if (isOver) return;
    isOver = true;
    for (const controller of both()) controller?.close();
    connection.destroy();
    ended.resolve();
  };
  connection.on("end", finish);
  connection.on("close", finish);
  connection.on("error", finish);

  return {
    stdout,
    stderr,
    ended: ended.promise,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(new Error("it has ended"));
        connection.write(text, (error) => error ? reject(error) : resolve());
      }),
    close: finish,
  };
}
