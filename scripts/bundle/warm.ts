import { programArguments } from "../../harness/runtime/docker/programs.ts";
import { runProgram } from "../../harness/runtime/run_program.ts";

/** A program that says nothing against having no arguments may serve until its standard input, which is closed, ends. */
const START_LIMIT_MS = 30_000;
/** Deno's exit code of an error that nobody caught; a program of ours that misses an argument exits with 64. */
const UNCAUGHT = 1;

/**
 * Starts a program once, as the image will, but without arguments.
 *
 * @param cache Deno's cache folder.
 * @throws {Error} When it does not load.
 */
export async function warm(name: string, cache: string): Promise<void> {
  const { code, output } = await runProgram(Deno.execPath(), programArguments(name, []), {
    env: { DENO_DIR: cache, NO_COLOR: "1" },
    timeoutMs: START_LIMIT_MS,
  });
  if (code === UNCAUGHT) throw new Error(`the bundle of ${name} does not load: ${output}`);
}
