import { errorText } from "../model/error_text.ts";
import { SelectionError } from "../engine/plan.ts";
import { EXIT, UsageError } from "./exit.ts";
import { Interrupted } from "./interrupt.ts";

/** The exit code of a command that did not come to its end. */
export function exitCodeFor(error: unknown): number {
  if (error instanceof UsageError || error instanceof SelectionError) return EXIT.usage;
  if (error instanceof Interrupted) return error.exitCode;
  return EXIT.harness;
}

/** One clear message on standard error; with `--json` as JSON, so that a reader of either need not guess. */
export function reportFailure(error: unknown, json: boolean): void {
  const message = errorText(error);
  const exitCode = exitCodeFor(error);
  const text = json ? JSON.stringify({ error: message, exitCode }) : `meshproof: ${message}`;
  Deno.stderr.writeSync(new TextEncoder().encode(text + "\n"));
}
