/** The harness's side of the pipe to its reaper. */

/** How often the harness says that it is there. The reaper grows suspicious after several such times. */
const BEAT_MS = 1_000;
const BEAT = new TextEncoder().encode("beat\n");

/**
 * Writes a line to a pipe again and again until it is disposed of, which closes the pipe. It keeps no process alive,
 * and does not mind if nobody reads any more.
 */
export function startHeartbeat(pipe: WritableStream<Uint8Array>, intervalMs = BEAT_MS): AsyncDisposable {
  const writer = pipe.getWriter();
  let isWriting = false;
  const beat = async () => {
    // Where the other end reads slowly, or is stopped, beats must not pile up.
    if (isWriting) return;
    isWriting = true;
    await writer.write(BEAT).catch(() => clearInterval(timer));
    isWriting = false;
  };
  const timer = setInterval(beat, intervalMs);
  Deno.unrefTimer(timer);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writer.close().catch(() => undefined);
    },
  };
}
