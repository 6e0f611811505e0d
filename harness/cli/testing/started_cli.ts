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
  /** Resolves when standard error so far holds the words; rejects when it ends without. */
  saysOnStandardError(words: string): Promise<void>;
  /** The same of standard output. @returns All of it so far. */
  saysOnStandardOutput(words: string): Promise<string>;
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
  const stdout = new Output(child.stdout);
  const stderr = new Output(child.stderr);
  const finish = async (): Promise<CliRun> => {
    try {
      const [{ code, signal }] = await Promise.all([child.status, stdout.ended, stderr.ended]);
      const durationMs = performance.now() - begin;
      if (!late) return { code, signal, stdout: stdout.text, stderr: stderr.text, durationMs };
      throw new Error(
        `expected an end of "${
          args.join(" ")
        }" within ${limitMs} ms, found it still running:\n${stdout.text}${stderr.text}`,
      );
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    pid: child.pid,
    finished: finish(),
    kill: (signal) => child.kill(signal),
    saysOnStandardError: (words) => stderr.holds(words),
    saysOnStandardOutput: async (words) => {
      await stdout.holds(words);
      return stdout.text;
    },
  };
}

/** One stream of a child, as far as it has come. */
class Output {
  text = "";
  readonly ended: Promise<void>;
  #onChange: () => void = () => {};

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = (async () => {
      for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
        this.text += chunk;
        this.#onChange();
      }
    })();
  }

  async holds(words: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      this.#onChange = () => {
        if (this.text.includes(words)) resolve();
      };
      this.#onChange();
    });
    await Promise.race([seen, this.ended]);
    if (!this.text.includes(words)) throw new Error(`expected "${words}", found ${this.text}`);
  }
}
