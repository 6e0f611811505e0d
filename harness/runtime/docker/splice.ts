import type { Socket } from "node:net";
import { END_FRAME, frameOf, FrameReader, RESET_FRAME } from "./tunnel_frames.ts";

/**
 * Joins a plain connection with a framed one: bytes both ways with back-pressure, an orderly end of one direction as
 * such, a reset (or a framed connection that breaks off) as a reset. Both sockets must allow a half-open state and
 * have a listener for errors; both are gone in the end.
 *
 * @param plain The connection whose bytes are carried.
 * @param framed The connection that carries them, after its first lines.
 */
export function splice(plain: Socket, framed: Socket): void {
  let isOver = false;
  let hasSentEnd = false;
  let hasGotEnd = false;

  const finish = () => {
    if (!hasSentEnd || !hasGotEnd) return;
    isOver = true;
    plain.destroySoon();
    framed.destroySoon();
  };
  const reset = () => {
    if (isOver) return;
    isOver = true;
    resetSocket(plain);
    if (framed.destroyed) return;
    framed.write(RESET_FRAME);
    framed.destroySoon();
  };
  /** Writes, and stops the source for as long as the sink is full. */
  const pass = (bytes: Uint8Array, from: Socket, to: Socket) => {
    if (to.write(bytes) || from.isPaused()) return;
    from.pause();
    to.once("drain", () => from.resume());
  };
  const reader = new FrameReader({
    bytes: (bytes) => {
      if (!isOver && !hasGotEnd) pass(bytes, framed, plain);
    },
    end: () => {
      if (isOver || hasGotEnd) return;
      hasGotEnd = true;
      plain.end();
      finish();
    },
    reset,
  });

  plain.on("data", (bytes: Uint8Array) => {
    if (!isOver) pass(frameOf(bytes), plain, framed);
  });
  const passEnd = () => {
    if (isOver) return;
    hasSentEnd = true;
    framed.write(END_FRAME);
    finish();
  };
  plain.on("end", passEnd);
  plain.on("error", reset);
  plain.on("close", reset);
  framed.on("data", (bytes: Uint8Array) => {
    // Many small frames in one piece leave as one write.
    plain.cork();
    reader.push(bytes);
    plain.uncork();
  });
  framed.on("end", reset);
  framed.on("error", reset);
  framed.on("close", reset);
  if (plain.destroyed || framed.destroyed || framed.readableEnded) return reset();
  // node:net tells of an end at once where nothing came before it, also to a paused socket that nobody listens to yet.
  if (plain.readableEnded) passEnd();
  plain.resume();
  framed.resume();
}

/** Sends a RST. What is still on its way out is lost, as it is with any reset. */
export function resetSocket(socket: Socket): void {
  // A socket that never connected has nothing to reset, and node:net throws on it in place of closing it.
  if (socket.destroyed || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
