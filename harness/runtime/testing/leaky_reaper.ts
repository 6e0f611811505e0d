/** A reaper whose pipe stays open whatever becomes of its harness, as when some child has inherited the other end. */
import { LineSplitter } from "../line_splitter.ts";
import { reaperArguments } from "../reaper.ts";

export interface LeakyReaper extends AsyncDisposable {
  /** What it has said so far. */
  readonly lines: readonly string[];
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  /** Writes a beat in the harness's stead. */
  beat(): Promise<void>;
}

/** @param folder Holds the pipe. */
export async function startLeakyReaper(
  folder: string,
  reaper: { stateFolder: string; runId: string; silenceLimitMs: number },
): Promise<LeakyReaper> {
  const pipe = `${folder}/pipe-of-${reaper.runId}`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const child = new Deno.Command("sh", {
    args: [
      ...["-c", 'exec "$@" <"$0"', pipe, Deno.execPath()],
      ...reaperArguments(reaper.stateFolder, reaper.runId),
      String(reaper.silenceLimitMs),
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  // Opening it waits for the reader. It is a foreign process: no tag of the run is on it, so no sweep ends it.
  const holder = new Deno.Command("sh", {
    args: ["-c", 'exec cat >"$0"', pipe],
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const writer = holder.stdin.getWriter();
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  const read = (async () => {
    for await (const chunk of child.stdout) splitter.push(chunk);
  })();
  return {
    lines,
    ended: child.status,
    beat: () => writer.write(new TextEncoder().encode("beat\n")),
    async [Symbol.asyncDispose]() {
      await writer.close().catch(() => undefined);
      await Promise.all([holder.status, child.status, read]);
    },
  };
}
