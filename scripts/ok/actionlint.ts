import { runProgram } from "../../harness/runtime/run_program.ts";
import { type Tools, ToolUnavailableError } from "../../harness/runtime/tools.ts";
import type { Breach } from "../checks/source_file.ts";

const LINT_LIMIT_MS = 60_000;

/** What actionlint found; or why it could not be asked. */
export type Linted = { readonly breaches: readonly Breach[] } | { readonly unavailable: string };

/**
 * Asks actionlint about workflows.
 *
 * @param root Folder of the repository.
 * @param paths Of the workflows, relative to it. At least one.
 * @throws {Error} When actionlint itself fails.
 */
export async function lintWorkflows(tools: Tools, root: URL, paths: readonly string[]): Promise<Linted> {
  let actionlint: string;
  try {
    actionlint = await tools.path("actionlint");
  } catch (error) {
    if (error instanceof ToolUnavailableError) return { unavailable: error.message };
    throw error;
  }
  // Without the checkers of scripts that it would find on some machines: it is to say the same on all.
  const { code, output } = await runProgram(
    actionlint,
    ["-no-color", "-oneline", "-shellcheck=", "-pyflakes=", ...paths],
    { folder: decodeURIComponent(root.pathname), timeoutMs: LINT_LIMIT_MS },
  );
  if (code === 0) return { breaches: [] };
  const breaches = output.split("\n").flatMap((line): Breach[] => {
    const [, path, number, message] = /^(.+?):(\d+):\d+: (.*)$/.exec(line) ?? [];
    return path === undefined || message === undefined ? [] : [{ path, line: Number(number), message }];
  });
  // 1 is "found something", all else is its own trouble.
  if (code === 1 && breaches.length > 0) return { breaches };
  throw new Error(`actionlint failed with exit code ${code}: ${output || "(no output)"}`);
}
