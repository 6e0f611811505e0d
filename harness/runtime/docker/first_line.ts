import type { Socket } from "node:net";

/** The peer of a connection did not say what it had to say. */
export class FirstLineError extends Error {
  override readonly name = "FirstLineError";
}

/**
 * Reads a socket up to its first line end and leaves all that comes after it for others; the socket is paused then.
 *
 * @param longestBytes A longer line is refused.
 * @param limitMs How long the line may take.
 * @returns The line, without its end.
 * @throws {FirstLineError} When the socket ends first, the line is too long or takes too long; the socket is destroyed.
 */
export function firstLine(socket: Socket, longestBytes: number, limitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    const stop = () => {
      clearTimeout(timer);
      socket.pause();
      socket.off("data", onData);
      socket.off("end", onEnd);
      socket.off("close", onEnd);
      socket.off("error", onError);
    };
    const fail = (found: string) => {
      stop();
      socket.destroy();
      reject(new FirstLineError(`expected a line of at most ${longestBytes} bytes, found ${found}`));
    };
    const onEnd = () => fail(`the end of the connection after ${size} bytes`);
    const onError = (error: Error) => fail(error.message);
    const onData = (bytes: Uint8Array) => {
      const end = bytes.indexOf(10);
      const part = end < 0 ? bytes : bytes.subarray(0, end);
      size += part.length;
      if (size > longestBytes) return fail("more");
      pieces.push(part);
      if (end < 0) return;
      stop();
      const rest = bytes.subarray(end + 1);
      if (rest.length > 0) socket.unshift(rest);
      resolve(textOf(pieces, size));
    };
    const timer = setTimeout(() => fail(`none within ${limitMs} ms`), limitMs);
    if (socket.destroyed) return onEnd();
    socket.on("data", onData);
    socket.on("end", onEnd);
    socket.on("close", onEnd);
    socket.on("error", onError);
    socket.resume();
  });
}

function textOf(pieces: readonly Uint8Array[], size: number): string {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return new TextDecoder().decode(all);
}
