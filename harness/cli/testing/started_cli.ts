/** The program as a child: what it prints, how it ends, and signals to it. */

/** How a program is started. */
export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Words in front of the program, such as `unshare -m`. */
  readonly wrapper?: readonly string[];
  /** It is killed, and the test fails, after so long. @default 60000 */
  readonly limitMs?: number;
}

/** A run that has ended. */
export interface CliRun {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it took. */
  readonly durationMs: number;
}

/** A run that goes on. */
export interface StartedCli {
  readonly pid: number;
  /** Resolves when it has ended; rejects when it took too long. */
  readonly finished: Promise<CliRun>;
  kill(signal: Deno.Signal): void;
}

/** Starts a program whose output is kept. */
export function startProgram(
  command: string,
  args: readonly string[],
  options: CliOptions & { readonly cwd: string },
): StartedCli {
  const { cwd, env = {}, limitMs = 60_000 } = options;
  const begin = performance.now();
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limitMs);
  const finish = async (): Promise<CliRun> => {
    try {
      const { code, signal, stdout, stderr } = await child.output();
      const run = {
        code,
        signal,
        stdout: new TextDecoder().decode(stdout),
        stderr: new TextDecoder().decode(stderr),
        durationMs: performance.now() - begin,
      };
      if (!late) return run;
      throw new Error(
        `expected an end of "${
          args.join(" ")
        }" within ${limitMs} ms, found it still running:\n${run.stdout}${run.stderr}`,
      );
    } finally {
      clearTimeout(timer);
    }
  };
  return { pid: child.pid, finished: finish(), kill: (signal) => child.kill(signal) };
}
