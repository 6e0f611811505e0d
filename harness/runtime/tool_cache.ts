/** The cache of tools that Meshproof fetched or built: one folder a tool, version, platform and pin. */
import { createHash } from "node:crypto";
import { errorText } from "../model/error_text.ts";
import { lockFile } from "./file_lock.ts";
import { thisPlatform, type ToolPin } from "./tool_pin.ts";

/** A tool in the cache, with what was recorded when it was put there. */
export interface CachedTool {
  readonly path: string;
  readonly version: string;
}

interface InstallRecord {
  readonly schema: "meshproof.tool/v1";
  readonly version: string;
  readonly source: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const RECORD = "installed.json";

/**
 * The cache folder: `$MESHPROOF_CACHE`, else `$XDG_CACHE_HOME/meshproof`, else `~/.cache/meshproof`.
 *
 * @throws {Error} When none of the variables is set.
 */
export function defaultCacheFolder(environment: (name: string) => string | undefined): string {
  const own = environment("MESHPROOF_CACHE");
  if (own) return own;
  const shared = environment("XDG_CACHE_HOME");
  if (shared) return `${shared}/meshproof`;
  const home = environment("HOME");
  if (home) return `${home}/.cache/meshproof`;
  throw new Error(
    "Cannot choose a cache folder: none of MESHPROOF_CACHE, XDG_CACHE_HOME and HOME is set; set one",
  );
}

/** Tools by pin. */
export class ToolCache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Looks for a tool.
   *
   * @param full Compute the checksum even when size and modification time are as recorded.
   * @returns undefined when it is not in the cache.
   * @throws {Error} When it is, but is not what was installed.
   */
  async find(pin: ToolPin, full = false): Promise<CachedTool | undefined> {
    const folder = this.#entry(pin);
    const path = `${folder}/${pin.executable}`;
    let record: InstallRecord;
    let file: Deno.FileInfo;
    try {
      record = JSON.parse(await Deno.readTextFile(`${folder}/${RECORD}`));
      file = await Deno.stat(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw new Error(`${folder} cannot be read: ${errorText(error)}`);
    }
    const asRecorded = file.size === record.sizeBytes && file.mtime?.getTime() === record.modifiedMs;
    if (full || !asRecorded) {
      const found = await sha256Of(path);
      if (found !== record.sha256) {
        throw new Error(
          `${path} is damaged: expected sha256 ${record.sha256}, found ${found}; remove ${folder}`,
        );
      }
    }
    return { path, version: record.version };
  }

  /**
   * Puts a tool into the cache, whole or not at all. Two Meshproofs that want the same tool take turns (the
   * kernel frees the lock of one that dies), and the second finds it there.
   *
   * @param fill Puts the executable at the path it is given, and says which version it is and where it is from.
   * @throws {Error} When the cache cannot be written, or `fill` throws.
   */
  async install(
    pin: ToolPin,
    fill: (executable: string, scratch: string) => Promise<{ version: string; source: string }>,
    onWait: () => void,
  ): Promise<CachedTool> {
    const entry = this.#entry(pin);
    using _lock = await this.#lock(entry, onWait);
    const present = await this.find(pin).catch(() => undefined);
    if (present !== undefined) return present;
    // Only the holder of the lock makes drafts of this entry, so whatever is here was left by one that died.
    const draft = `${entry}.draft`;
    await Deno.remove(draft, { recursive: true }).catch(ignoreMissing);
    try {
      await Deno.mkdir(`${draft}/scratch`, { recursive: true });
      const executable = `${draft}/${pin.executable}`;
      const { version, source } = await fill(executable, `${draft}/scratch`);
      await Deno.chmod(executable, 0o755);
      await Deno.remove(`${draft}/scratch`, { recursive: true });
      const file = await Deno.stat(executable);
      const record: InstallRecord = {
        schema: "meshproof.tool/v1",
        version,
        source,
        sha256: await sha256Of(executable),
        sizeBytes: file.size,
        modifiedMs: file.mtime?.getTime() ?? 0,
      };
      await Deno.writeTextFile(`${draft}/${RECORD}`, JSON.stringify(record, null, 2) + "\n");
      await Deno.remove(entry, { recursive: true }).catch(ignoreMissing);
      await Deno.rename(draft, entry);
      return { path: `${entry}/${pin.executable}`, version };
    } finally {
      await Deno.remove(draft, { recursive: true }).catch(ignoreMissing);
    }
  }

  #entry(pin: ToolPin): string {
    return `${this.folder}/tools/${pin.name}-${pin.version}-${thisPlatform()}-${pin.digest}`;
  }

  async #lock(entry: string, onWait: () => void): Promise<Disposable> {
    try {
      await Deno.mkdir(`${this.folder}/tools`, { recursive: true });
      return await lockFile(`${entry}.lock`, onWait);
    } catch (error) {
      throw new Error(
        `the cache ${this.folder} cannot be written: ${
          errorText(error)
        }; set MESHPROOF_CACHE to a folder that can`,
      );
    }
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1024 * 1024);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest("hex");
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
