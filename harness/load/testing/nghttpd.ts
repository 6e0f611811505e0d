import { freePorts } from "../../runtime/free_ports.ts";
import { awaitReady } from "../../runtime/await_ready.ts";
import { openTestRuntime } from "../../runtime/testing/test_runtime.ts";
import { runProgram } from "../../runtime/run_program.ts";

const READY_LIMIT_MS = 20_000;

/** Whether this machine has nghttpd (Debian: nghttp2-server), which is used for tests alone and not pinned. */
export async function hasNghttpd(): Promise<boolean> {
  const ran = await runProgram("nghttpd", ["--version"], { timeoutMs: READY_LIMIT_MS }).catch(() =>
    undefined
  );
  return ran?.code === 0;
}

/** A running nghttpd, in plaintext. */
export interface Nghttpd extends AsyncDisposable {
  readonly address: string;
}

/**
 * Starts one.
 *
 * @param flags As its `--help` says.
 * @param files What it serves: content by file name.
 */
export async function startNghttpd(
  flags: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Nghttpd> {
  const test = await openTestRuntime();
  try {
    const [port] = freePorts(1);
    const server = await test.runtime.spawn({
      name: "nghttpd",
      program: { command: "nghttpd" },
      files,
      args: (folder) => ["--no-tls", "--address", "127.0.0.1", "--htdocs", folder, ...flags, `${port}`],
    });
    await awaitReady(server, async (signal) => {
      while (!await canConnect(port!)) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }, { timeoutMs: READY_LIMIT_MS, what: "a listening port" });
    return {
      address: `127.0.0.1:${port}`,
      [Symbol.asyncDispose]: async () => {
        await server.kill();
        await test[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await test[Symbol.asyncDispose]();
    throw error;
  }
}

async function canConnect(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
