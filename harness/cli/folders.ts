import { errorText } from "../model/error_text.ts";

/** Where a run keeps what it leaves, relative to the working folder. */
export const REPORTS = "reports";

/**
 * Writes a file of a report.
 *
 * @throws {Error} With path, reason and what to do.
 */
export async function writeOut(path: string, content: string | Uint8Array): Promise<void> {
  try {
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  } catch (error) {
    const reason = errorText(error);
    throw new Error(`Cannot write ${path}: ${reason}; free space or choose another folder with --out`);
  }
}

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
    const reason = errorText(error);
    throw new Error(`Cannot write the reports to ${path}: ${reason}; choose another folder with --out`);
  }
}
