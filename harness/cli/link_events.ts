import type { EventBody, Recorder } from "../model/event.ts";

/**
 * A recorder that keeps nothing and hands each event on as it happens.
 *
 * @param onEvent Gets the event with its time in milliseconds since this was called.
 */
export function passingRecorder(onEvent: (event: EventBody & { readonly t: number }) => void): Recorder {
  const epochMs = () => performance.timeOrigin + performance.now();
  const beganMs = epochMs();
  const now = () => epochMs() - beganMs;
  return {
    record: (_source, body, t = now()) => onEvent({ ...body, t: Number(t.toFixed(3)) }),
    now,
    fromEpoch: (ms) => ms - beganMs,
  };
}
