import type { Breach, SourceFile } from "./source_file.ts";

/**
 * Every cycle of imports, once, where it closes: in a cycle a module runs before one that it needs. Imports of types
 * alone are gone when the program runs, and count for nothing here.
 */
export function checkImportCycles(files: readonly SourceFile[]): Breach[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const open: string[] = [];
  const breaches: Breach[] = [];
  const visit = (path: string): void => {
    if (done.has(path)) return;
    open.push(path);
    for (const { target, kind, line } of byPath.get(path)?.imports ?? []) {
      if (target === undefined || kind !== "import") continue;
      const start = open.indexOf(target);
      if (start >= 0) {
        const cycle = [...open.slice(start), target].join(" -> ");
        breaches.push({ path, line, message: `closes a cycle of imports: ${cycle}` });
      } else visit(target);
    }
    open.pop();
    done.add(path);
  };
  for (const { path } of files) visit(path);
  return breaches;
}
