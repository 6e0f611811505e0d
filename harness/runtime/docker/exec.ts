/** Running a short-lived program in a container that runs. */
import type { Duplex } from "node:stream";
import { pause } from "../../model/pause.ts";
import { CALL_LIMIT_MS, cancellable, type Engine } from "./engine.ts";
import { FrameSplitter } from "./frame_splitter.ts";

/** Output that is kept of each stream; what follows is dropped. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

const POLL_MS = 5;

/** What came of it. */
export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line as root with the capabilities of the container, and waits for its end.
 *
 * @throws {DockerError} When it could not be run at all. An exit code is for the caller to judge.
 */
export async function execAsRoot(
  engine: Engine,
  container: { readonly id: string; readonly name: string },
  commandLine: readonly string[],
  limitMs = CALL_LIMIT_MS,
): Promise<ExecResult> {
  const what = `run "${commandLine.join(" ")}" in the container ${container.name}`;
  return await engine.ask(what, async (abortSignal) => {
    const exec = await engine.container(container.id).exec({
      Cmd: [...commandLine],
      User: "0",
      AttachStdout: true,
      AttachStderr: true,
      abortSignal,
    });
    const output = await read(await exec.start(cancellable({}, abortSignal)));
    for (;;) {
      const { ExitCode } = await exec.inspect(cancellable({}, abortSignal));
      if (ExitCode !== null) return { exitCode: ExitCode, ...output };
      // The end of its output may be here before the engine has taken note of its exit.
      await pause(POLL_MS, abortSignal);
    }
  }, limitMs);
}

async function read(stream: Duplex): Promise<{ stdout: string; stderr: string }> {
  const kept = { stdout: new Output(), stderr: new Output() };
  const frames = new FrameSplitter((name, bytes) => kept[name].add(bytes));
  for await (const bytes of stream) frames.push(bytes as Uint8Array);
  return { stdout: kept.stdout.text(), stderr: kept.stderr.text() };
}

class Output {
  readonly #decoder = new TextDecoder();
  #text = "";

  add(bytes: Uint8Array): void {
    if (this.#text.length < OUTPUT_BYTES_MAX) this.#text += this.#decoder.decode(bytes, { stream: true });
  }

  text(): string {
    return this.#text + this.#decoder.decode();
  }
}
