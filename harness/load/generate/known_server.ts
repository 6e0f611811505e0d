/** The server that the self-test measures: a process of its own, so that it can be stopped. */
import { LineSplitter } from "../../runtime/line_splitter.ts";
import { scriptCommand } from "../../runtime/scripts.ts";

/** A server that answers when each request says. */
export interface KnownServer extends AsyncDisposable {
  readonly pid: number;
  readonly address: string;
  /** How late it answered by its own clock since the last time, p99, in milliseconds. */
  lateP99Ms(): Promise<number>;
}

interface ServerLine {
  readonly event: "ready" | "late";
  readonly port?: number;
  readonly p99Ms?: number;
}

/**
 * Starts it. It ends with its disposal, and with this process, whose end closes its standard input.
 *
 * @throws {Error} When it ends before it is ready.
 */
export async function startKnownServer(): Promise<KnownServer> {
  const { command, args } = scriptCommand("delayed-answers", ["serve"]);
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const lines = linesOf(child.stdout);
  const dispose = async () => {
    try {
      // Also ends one that is stopped.
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await child.status;
    await stdin.close().catch(() => {});
    await lines.return?.();
  };
  const next = async (event: ServerLine["event"]): Promise<ServerLine> => {
    const { value, done } = await lines.next();
    if (!done && value.event === event) return value;
    throw new Error(
      `Cannot use the server of the self-test as it must say ${event}: it ${done ? "ended" : "did not"}`,
    );
  };
  try {
    const { port } = await next("ready");
    return {
      pid: child.pid,
      address: `127.0.0.1:${port}`,
      async lateP99Ms() {
        await stdin.write(new TextEncoder().encode("late\n"));
        return (await next("late")).p99Ms ?? NaN;
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function* linesOf(stdout: ReadableStream<Uint8Array>): AsyncGenerator<ServerLine, void, undefined> {
  const ready: string[] = [];
  const splitter = new LineSplitter((line) => ready.push(line));
  for await (const bytes of stdout) {
    splitter.push(bytes);
    for (let line = ready.shift(); line !== undefined; line = ready.shift()) yield JSON.parse(line);
  }
}
