import { SourceMap, type SourceMapPayload } from "node:module";

/** A place in a source file, line from 1. */
export interface SourcePlace {
  readonly file: string;
  /** Undefined where it is not known. */
  readonly line: number | undefined;
}

interface Mapped {
  readonly map: SourceMap;
  readonly lines: readonly string[];
}

/**
 * Says where code that V8 ran stands in its source. Deno runs TypeScript without its types, on other lines; the code
 * that it ran is in its cache, with the source map. Where that is not to be had the line is left unknown: a wrong one
 * would mislead.
 */
export class SourceLines {
  readonly #cache: string;
  /** Longest first. */
  readonly #roots: readonly (readonly [prefix: string, shown: string])[];
  readonly #files = new Map<string, Mapped | undefined>();

  /**
   * @param cache Folder of Deno's cache of emitted code: `typescriptCache` of `deno info --json`.
   * @param roots URL prefixes, and what stands for each in file names.
   */
  constructor(cache: string, roots: Readonly<Record<string, string>>) {
    this.#cache = cache;
    this.#roots = Object.entries(roots).sort(([a], [b]) => b.length - a.length);
  }

  /** Asks Deno where it keeps what it emitted. */
  static async open(): Promise<SourceLines> {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
      .output();
    const info = success ? JSON.parse(new TextDecoder().decode(stdout)) as Record<string, unknown> : {};
    const { typescriptCache = "", npmCache = "" } = info as { typescriptCache?: string; npmCache?: string };
    const roots = { [new URL("../../../", import.meta.url).href]: "" };
    // A folder for each registry that packages came from.
    for (const { name } of npmCache === "" ? [] : Deno.readDirSync(npmCache)) {
      roots[`file://${npmCache}/${name}/`] = "npm:";
    }
    return new SourceLines(typescriptCache, roots);
  }

  /**
   * @param line As V8 counts, from 0.
   * @param column From 0; undefined is the first of the line that is no blank.
   */
  placeOf(url: string, line: number, column?: number): SourcePlace {
    const file = this.#shown(url);
    // What is native has no source, and still a line.
    if (line < 0 || url === "") return { file, line: undefined };
    // JavaScript runs as it is written.
    if (!/\.[mc]?tsx?$/.test(url)) return { file, line: line + 1 };
    if (!this.#files.has(url)) this.#files.set(url, this.#read(url));
    const mapped = this.#files.get(url);
    if (mapped === undefined) return { file, line: undefined };
    const first = mapped.lines[line]?.search(/\S/) ?? -1;
    if (first < 0) return { file, line: undefined };
    const entry = mapped.map.findEntry(line, column ?? first);
    const isOfThisLine = "originalLine" in entry && entry.generatedLine === line;
    return { file, line: isOfThisLine ? entry.originalLine + 1 : undefined };
  }

  #read(url: string): Mapped | undefined {
    if (!url.startsWith("file:") || this.#cache === "") return undefined;
    let text: string;
    try {
      text = Deno.readTextFileSync(`${this.#cache}/file${decodeURIComponent(new URL(url).pathname)}.js`);
    } catch {
      return undefined;
    }
    const encoded = /^\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)$/m.exec(text)
      ?.[1];
    if (encoded === undefined) return undefined;
    const bytes = Uint8Array.fromBase64(encoded);
    const payload = JSON.parse(new TextDecoder().decode(bytes)) as SourceMapPayload;
    return { map: new SourceMap(payload), lines: text.split("\n") };
  }

  #shown(url: string): string {
    const root = this.#roots.find(([prefix]) => url.startsWith(prefix));
    return root === undefined ? url : root[1] + url.slice(root[0].length);
  }
}
