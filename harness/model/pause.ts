/**
 * Lets some time pass.
 *
 * @param durationMs None passes when it is 0 or less.
 * @param signal Ends the pause early. It never rejects: whoever must know looks at the signal.
 */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  if (durationMs <= 0 || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal?.addEventListener("abort", end);
  });
}
