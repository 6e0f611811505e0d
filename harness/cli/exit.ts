/** Exit codes that are no verdict's. */
export const EXIT = { ok: 0, failure: 1, doubt: 2, usage: 64, harness: 70, interrupted: 130 } as const;

/** The arguments are wrong; exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
