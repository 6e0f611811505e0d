import { spawnUntilLine } from "../../runtime/await_ready.ts";
import { openTestRuntime } from "../../runtime/testing/test_runtime.ts";

/** Long enough for the first start on a machine, which builds the server. */
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;

/** The pinned Go gRPC server (fixtures/tools/grpc-echo-server), running. */
export interface GoEchoServer extends AsyncDisposable {
  readonly address: string;
  /** SIGTERM: calls in flight are answered, new ones are not taken. @returns How many calls it took in all. */
  stop(): Promise<number>;
}

/** How the server is started. */
export interface GoEchoServerOptions {
  /** As its `--help` says; a function is given the folder of `files`. */
  readonly flags?: (folder: string) => readonly string[];
  /** Content by file name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts one on an ephemeral port of the loopback. */
export async function startGoEchoServer(options: GoEchoServerOptions = {}): Promise<GoEchoServer> {
  const { flags = () => [], files = {} } = options;
  const test = await openTestRuntime();
  let calls = NaN;
  const server = await spawnUntilLine(
    test.runtime.spawn,
    {
      name: "grpc-echo-server",
      program: { tool: "grpc-echo-server" },
      args: flags,
      files,
      onLine: (line) => {
        const event = JSON.parse(line) as { event: string; calls?: number };
        if (event.event === "ended") calls = event.calls ?? NaN;
      },
    },
    (line) => (JSON.parse(line) as { port?: number }).port,
    { timeoutMs: READY_LIMIT_MS },
  ).catch(async (error) => {
    await test[Symbol.asyncDispose]();
    throw error;
  });
  return {
    address: `127.0.0.1:${server.ready}`,
    stop: async () => {
      await server.process.stop(STOP_LIMIT_MS);
      return calls;
    },
    [Symbol.asyncDispose]: async () => {
      await server.process.kill();
      await test[Symbol.asyncDispose]();
    },
  };
}
