import { type Breach, isTest, type SourceFile } from "./source_file.ts";

/** Where programs begin: the command line, the library, programs that are started by name, every scenario. */
export const ENTRY_POINTS: readonly RegExp[] = [
  /^harness\/cli\/main\.ts$/,
  /^harness\/mod\.ts$/,
  /^fixtures\/([^/]+\/)*main\.ts$/,
  /^scenarios\/.*\.ts$/,
  /^scripts\/[^/]+\.ts$/,
];

/** Every file that no program reaches; what only tests reach is dead too, unless its name says so. */
export function checkDeadFiles(
  files: readonly SourceFile[],
  entryPoints: readonly RegExp[] = ENTRY_POINTS,
): Breach[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const queue = files.map(({ path }) => path).filter((path) => entryPoints.some((entry) => entry.test(path)));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const { target, kind } of file.imports) {
      if (target === undefined) continue;
      queue.push(target);
      // A reference to a folder is a program that picks its files by name.
      if (kind !== "reference") continue;
      const folder = target.endsWith("/") ? target : `${target}/`;
      queue.push(...files.map((each) => each.path).filter((each) => each.startsWith(folder)));
    }
  }
  return files
    .filter(({ path }) => !reached.has(path) && !isTest(path) && !path.startsWith("types/"))
    .map(({ path }) => ({
      path,
      line: 0,
      message:
        "is reached by no program: import it, put it into a folder `testing` (or call it `testing_x.ts`), or delete it",
    }));
}
