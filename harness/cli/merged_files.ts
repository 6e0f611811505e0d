import { errorText } from "../model/error_text.ts";
import { UsageError } from "./exit.ts";
import { filesBelow } from "./files_below.ts";

/** A share's folder, and what of its histories its report names. */
export interface ShareFolder {
  readonly folder: string;
  /** From 1. */
  readonly index: number;
  /** Paths relative to the folder. */
  readonly histories: readonly string[];
}

/** A file and where it goes, relative to the folder of the merged run. */
export interface FileCopy {
  readonly from: string;
  readonly to: string;
}

/**
 * Which files of the shares go where: histories and logs of cells to where the run of one machine would have left them;
 * logs that are not of one cell (the registry's, the services') into a folder of the share's, since each share has some.
 *
 * @throws {UsageError} When a history that a report names is missing, or two shares have the same one.
 */
export async function planCopies(shares: readonly ShareFolder[]): Promise<readonly FileCopy[]> {
  const bySource = new Map<string, string>();
  const copies: FileCopy[] = [];
  for (const { folder, index, histories } of shares) {
    const history = await below(folder, "history");
    const missing = histories.find((path) => path !== "" && !history.includes(path));
    if (missing !== undefined) {
      throw new UsageError(
        `${folder}/${missing}: expected the history that the report names, found no such file; ` +
          "copy the whole folder of the share",
      );
    }
    const cells = new Set(
      history.map((path) => path.slice("history/".length).replace(/\.(ndjson|arrow)$/, "")),
    );
    const logs = await below(folder, "logs");
    for (const path of [...history, ...logs]) {
      const [top, ...below] = path.split("/");
      const isShared = top === "logs" && !(below.length > 1 && cells.has(below[0] ?? ""));
      const to = isShared ? `logs/share-${index}/${below.join("/")}` : path;
      const twin = bySource.get(to);
      if (twin !== undefined) {
        throw new UsageError(`${folder}/${path}: expected a file that no other share has, found ${twin} too`);
      }
      bySource.set(to, `${folder}/${path}`);
      copies.push({ from: `${folder}/${path}`, to });
    }
  }
  return copies;
}

/**
 * Copies them.
 *
 * @throws {Error} With path, reason and what to do.
 */
export async function copyFiles(copies: readonly FileCopy[], out: string): Promise<void> {
  for (const { from, to } of copies) {
    const target = `${out}/${to}`;
    try {
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(from, target);
    } catch (error) {
      throw new Error(
        `Cannot copy ${from} to ${target}: ${
          errorText(error)
        }; free space or choose another folder with --out`,
      );
    }
  }
}

async function below(root: string, folder: string): Promise<string[]> {
  return (await filesBelow(`${root}/${folder}`)).map((path) => `${folder}/${path}`);
}
