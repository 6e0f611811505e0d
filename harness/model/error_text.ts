/** What an error says, whatever was thrown. */
export function errorText(error: unknown): string {
  // What went wrong first is in `suppressed`; that tidying up then failed too is told beside it.
  if (isSuppressed(error)) {
    return `${errorText(error.suppressed)}; then, while tidying up: ${errorText(error.error)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** By its shape: not every runtime that a program of ours lives in has the class SuppressedError. */
function isSuppressed(
  error: unknown,
): error is Error & { readonly error: unknown; readonly suppressed: unknown } {
  return error instanceof Error && error.name === "SuppressedError" && "error" in error &&
    "suppressed" in error;
}
