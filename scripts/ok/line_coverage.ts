/** How many lines of a file can run, and how many did. */
export interface FileCoverage {
  /** From the root of the repository. */
  readonly path: string;
  readonly lines: number;
  readonly hit: number;
}

/**
 * Reads an LCOV report, adding up what several processes saw of one file.
 *
 * @param lcov As `deno coverage --lcov` prints it.
 * @param root Prefix of the repository's files, with a slash at its end; files outside are left out.
 */
export function parseLcov(lcov: string, root: string): FileCoverage[] {
  const hits = new Map<string, Map<number, boolean>>();
  let lines = new Map<number, boolean>();
  for (const record of lcov.split("\n")) {
    const [, field, value] = /^(SF|DA):(.*)$/.exec(record.trim()) ?? [];
    if (field === "SF" && value !== undefined) {
      lines = hits.get(value) ?? new Map();
      hits.set(value, lines);
    } else if (field === "DA") {
      const [line = 0, count = 0] = (value ?? "").split(",").map(Number);
      lines.set(line, (lines.get(line) ?? false) || count > 0);
    }
  }
  return [...hits].filter(([file]) => file.startsWith(root)).map(([file, found]) => ({
    path: file.slice(root.length),
    lines: found.size,
    hit: [...found.values()].filter(Boolean).length,
  }));
}

/**
 * Share of the lines that ran.
 *
 * @returns Percent; 0 when there is not one line.
 */
export function percentCovered(files: readonly FileCoverage[]): number {
  const total = files.reduce((sum, { lines }) => sum + lines, 0);
  const hit = files.reduce((sum, file) => sum + file.hit, 0);
  return total === 0 ? 0 : 100 * hit / total;
}
