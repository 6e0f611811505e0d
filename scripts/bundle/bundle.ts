/** One program and all that it imports, as one JavaScript file: it starts in half the time, and needs no package cache. */
import { bundledPath } from "../../harness/runtime/docker/programs.ts";
import { runProgram } from "../../harness/runtime/run_program.ts";
import { relocate } from "./relocate.ts";

const BUNDLE_LIMIT_MS = 5 * 60_000;

/** What was written. */
export interface Bundle {
  /** From the folder. */
  readonly path: string;
  readonly bytes: number;
  readonly dataFiles: number;
}

/**
 * Bundles one program.
 *
 * @param source From the repository's root.
 * @param folder Where it goes; made when missing.
 * @throws {Error} When `deno bundle` fails, or a data file that the program names is not there.
 */
export async function bundle(source: string, folder: string): Promise<Bundle> {
  const root = new URL("../../", import.meta.url);
  const path = bundledPath(source);
  const output = `${folder}/${path}`;
  await Deno.mkdir(folderOf(output), { recursive: true });
  const { code, output: log } = await runProgram(Deno.execPath(), [
    ...["bundle", "--quiet", "--frozen", "--platform", "deno", "--format", "esm"],
    ...["--output", await Deno.realPath(folderOf(output)) + output.slice(folderOf(output).length), source],
  ], { folder: decodeURIComponent(root.pathname), timeoutMs: BUNDLE_LIMIT_MS });
  if (code !== 0) throw new Error(`deno bundle ${source} failed with exit code ${code}: ${log}`);
  const { text, data } = relocate(await Deno.readTextFile(output), path);
  await Deno.writeTextFile(output, text);
  let dataFiles = 0;
  for (const { from, to, required } of data) {
    dataFiles += await copy(new URL(from, root), `${folder}/${to}`, required);
  }
  return { path, bytes: new TextEncoder().encode(text).length, dataFiles };
}

/** Copies a file or a folder. @returns How many files. */
async function copy(from: URL, to: string, required: boolean): Promise<number> {
  let found: Deno.FileInfo;
  try {
    found = await Deno.stat(from);
  } catch (error) {
    if (!required && error instanceof Deno.errors.NotFound) return 0;
    throw new Error(
      `Cannot bundle a data file: ${decodeURIComponent(from.pathname)} is named, but not there`,
    );
  }
  if (found.isFile) {
    await Deno.mkdir(folderOf(to), { recursive: true });
    await Deno.copyFile(from, to);
    return 1;
  }
  let count = 0;
  const folder = new URL(from.href.endsWith("/") ? from : `${from.href}/`);
  for await (const { name } of Deno.readDir(folder)) {
    count += await copy(new URL(encodeURIComponent(name), folder), `${to}/${name}`, true);
  }
  return count;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
