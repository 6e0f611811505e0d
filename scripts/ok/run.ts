/** A program that came to its end. */
export interface Finished {
  readonly success: boolean;
  readonly stdout: string;
}

/**
 * Runs this Deno with arguments; what it says on standard error is shown at once.
 *
 * @param options.show Shows standard output too, while it comes.
 * @param options.env Beside the environment of this process.
 */
export async function runDeno(
  args: readonly string[],
  options: { show?: (bytes: Uint8Array) => void; env?: Record<string, string>; cwd: URL },
): Promise<Finished> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: options.cwd,
    stdout: "piped",
    stderr: "inherit",
    ...(options.env === undefined ? {} : { env: options.env }),
  }).spawn();
  const decoder = new TextDecoder();
  let stdout = "";
  for await (const bytes of child.stdout) {
    options.show?.(bytes);
    stdout += decoder.decode(bytes, { stream: true });
  }
  const { success } = await child.status;
  return { success, stdout: stdout + decoder.decode() };
}
