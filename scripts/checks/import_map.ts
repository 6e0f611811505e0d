import type { Breach, SourceFile } from "./source_file.ts";

/**
 * Every specifier that does not come through the import map, every entry that is not pinned, that doubles another, or
 * that nobody uses.
 *
 * @param imports The `imports` of deno.json.
 */
export function checkImportMap(
  files: readonly SourceFile[],
  imports: Readonly<Record<string, string>>,
): Breach[] {
  const breaches: Breach[] = [];
  const used = new Set<string>();
  for (const { path, imports: found } of files) {
    for (const { specifier, line, target } of found) {
      const entry = entryOf(specifier, imports);
      if (entry !== undefined) used.add(entry);
      else if (target === undefined && !specifier.startsWith("node:") && !specifier.startsWith(".")) {
        breaches.push({
          path,
          line,
          message: `imports ${specifier}: give it one entry in deno.json and import that`,
        });
      }
    }
  }
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(imports)) {
    const breach = (message: string) => breaches.push({ path: "deno.json", line: 0, message });
    const [, packageName] = /^(?:npm|jsr):\/?(@?[^@]+)@/.exec(value) ?? [];
    if (!value.startsWith("./") && !/^(npm|jsr):\/?(@[^@/]+\/)?[^@/]+@\d+\.\d+\.\d+/.test(value)) {
      breach(`"${name}" is ${value}: expected an exact version, as in npm:name@1.2.3`);
    }
    const other = packageName === undefined ? undefined : seen.get(packageName);
    if (other !== undefined && version(imports[other] ?? "") !== version(value)) {
      breach(`"${name}" and "${other}" are two versions of ${packageName}: keep one`);
    }
    if (packageName !== undefined) seen.set(packageName, name);
    if (!used.has(name)) breach(`"${name}" is imported by nobody: take it out`);
  }
  return breaches;
}

/** The entry of the import map that a specifier goes through: its own, or the longest prefix that ends in a slash. */
function entryOf(specifier: string, imports: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(imports, specifier)) return specifier;
  return Object.keys(imports)
    .filter((name) => specifier.startsWith(name.endsWith("/") ? name : `${name}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function version(value: string): string {
  return /@(\d+\.\d+\.\d+[^/]*)/.exec(value)?.[1] ?? "";
}
