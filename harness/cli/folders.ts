/** Where a run keeps what it leaves, relative to the working folder. */
export const REPORTS = "reports";

/**
 * Makes the folder of a run and proves that it can be written.
 *
 * @throws Error With path, reason and what to do.
 */
export async function makeOut(path: string): Promise<void> {
  const probe = `${path}/.writable`;
  try {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(probe, "");
    await Deno.remove(probe);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot write the reports to ${path}: ${reason}; choose another folder with --out`);
  }
}
