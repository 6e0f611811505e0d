import { parseSource } from "./parse_source.ts";
import type { SourceFile } from "./source_file.ts";

/** Folders that hold no source of ours; each is ignored by git or is git's own. */
const SKIPPED = new Set([".git", ".coverage", ".meshproof", "node_modules"]);

/** Where runs leave their folders by default. Deeper down, a folder of that name is source. */
const RUNS = "reports";

/** What the folder of every run holds. */
const LEFT_BY_A_RUN = ["history", "logs"];

/** A text file of the repository. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The repository as the checks read it. */
export interface Repository {
  /** Every text file, TypeScript too. */
  readonly texts: readonly TextFile[];
  readonly sources: readonly SourceFile[];
  /** deno.json, parsed. */
  readonly imports: Readonly<Record<string, string>>;
}

/**
 * Reads the repository from disk.
 *
 * @param root Folder that holds deno.json. Default: this repository.
 */
export async function readRepository(root: URL = new URL("../../", import.meta.url)): Promise<Repository> {
  const texts: TextFile[] = [];
  await walk(root, "", texts);
  texts.sort((a, b) => a.path < b.path ? -1 : 1);
  const config = texts.find(({ path }) => path === "deno.json");
  if (config === undefined) throw new Error(`Cannot read the repository: ${root.href} holds no deno.json`);
  const imports = (JSON.parse(config.text) as { imports?: Record<string, string> }).imports ?? {};
  const sources = texts
    .filter(({ path }) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map(({ path, text }) => parseSource(path, text, imports));
  return { texts, sources, imports };
}

async function walk(folder: URL, prefix: string, found: TextFile[]): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  // What a run left where its `--out` pointed is no source of ours, wherever that is.
  if (LEFT_BY_A_RUN.every((name) => entries.some((entry) => entry.name === name))) return;
  for (const entry of entries) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory && !SKIPPED.has(entry.name) && path !== RUNS) {
      await walk(new URL(`${encodeURIComponent(entry.name)}/`, folder), `${path}/`, found);
    } else if (entry.isFile) {
      const text = await readText(new URL(encodeURIComponent(entry.name), folder));
      if (text !== undefined) found.push({ path, text });
    }
  }
}

/** `undefined` for a binary file, and for one that another test removed in the meantime. */
async function readText(url: URL): Promise<string | undefined> {
  try {
    const bytes = await Deno.readFile(url);
    return bytes.includes(0) ? undefined : new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
