/** Exit codes; those of signals are 128 + the signal's number, as shells have it. */
export const EXIT = {
  ok: 0,
  failure: 1,
  doubt: 2,
  usage: 64,
  harness: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** The arguments are wrong; exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
