/** Running a short-lived program to its end. */
import { errorText } from "../model/error_text.ts";
import { LineRing, LineSplitter } from "./line_splitter.ts";
import { within } from "./within.ts";

/** How to run it. */
export interface RunProgramOptions {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Given every line of both streams. */
  readonly onLine?: (line: string) => void;
  /** After this long it is killed and an error thrown. */
  readonly timeoutMs: number;
  /** Kills it when aborted; the signal's reason is thrown. */
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface ProgramResult {
  readonly code: number;
  /** Its last 40 lines, both streams. */
  readonly output: string;
}

/**
 * Runs a program. It leads a process group of its own, so that what it starts (a compiler, a linker) ends with it
 * when it is killed.
 *
 * @throws {Error} When it cannot be started, or takes too long.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: RunProgramOptions,
): Promise<ProgramResult> {
  options.signal?.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      ...(options.folder === undefined ? {} : { cwd: options.folder }),
      env: { ...options.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    throw new Error(`"${command}" cannot be started: ${errorText(error)}`);
  }
  const ring = new LineRing(40);
  const copied = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    const splitter = new LineSplitter((line) => {
      ring.add(line);
      options.onLine?.(line);
    });
    for await (const chunk of stream) splitter.push(chunk);
    splitter.end();
  }));
  const ended = Promise.all([child.status, copied]);
  const end = () => killGroup(child.pid);
  options.signal?.addEventListener("abort", end);
  const isDone = await within(ended, options.timeoutMs);
  options.signal?.removeEventListener("abort", end);
  options.signal?.throwIfAborted();
  if (!isDone) {
    end();
    throw new Error(
      `"${command} ${args.join(" ")}" was not done after ${options.timeoutMs} ms; its last lines: ${
        ring.lines().join("\n") || "(none)"
      }`,
    );
  }
  return { code: (await child.status).code, output: ring.lines().join("\n") };
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch (error) {
    // It ended on its own meanwhile.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
