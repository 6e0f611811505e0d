/** Rows that templates are filled from. */

/** Column to value. */
export type DataRow = Readonly<Record<string, string>>;

/**
 * Reads rows: JSON lines (an object each) when the first line begins with a brace, otherwise CSV (RFC 4180) whose first
 * line names the columns.
 *
 * @param text Of the file.
 * @param path For errors.
 * @throws {SyntaxError} When a row is none, with file and line; or when there is none at all.
 */
export function parseData(text: string, path: string): readonly DataRow[] {
  const rows = /^\uFEFF?\s*\{/.test(text) ? jsonRows(text, path) : csvRows(text, path);
  if (rows.length > 0) return rows;
  throw new SyntaxError(`${path}:1: expected at least one row of data, found none`);
}

function jsonRows(text: string, path: string): DataRow[] {
  return text.replace(/^\uFEFF/, "").split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new SyntaxError(
        `${path}:${index + 1}: expected a JSON object, found ${JSON.stringify(line.slice(0, 60))}`,
      );
    }
    const entries = Object.entries(value).map(([name, each]) => [
      name,
      typeof each === "string" ? each : JSON.stringify(each),
    ]);
    return [Object.fromEntries(entries) as DataRow];
  });
}

function csvRows(text: string, path: string): DataRow[] {
  const [names, ...records] = csvRecords(text.replace(/^\uFEFF/, ""), path);
  if (names === undefined) return [];
  return records.map(({ line, values }) => {
    if (values.length !== names.values.length) {
      throw new SyntaxError(
        `${path}:${line}: expected ${names.values.length} columns as in the first line, found ${values.length}`,
      );
    }
    return Object.fromEntries(values.map((value, at) => [names.values[at] ?? "", value]));
  });
}

function csvRecords(text: string, path: string): { line: number; values: string[] }[] {
  const records: { line: number; values: string[] }[] = [];
  const value = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let line = 1;
  let values: string[] = [];
  for (let at = 0; at < text.length || values.length > 0;) {
    value.lastIndex = at;
    const match = value.exec(text);
    if (match === null) {
      throw new SyntaxError(
        `${path}:${line}: expected a value, bare or in quotes, found ${
          JSON.stringify(text.slice(at, at + 30))
        }`,
      );
    }
    const [whole, quoted, bare = "", end] = match;
    values.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (end === ",") continue;
    if (values.length > 1 || values[0] !== "") records.push({ line, values });
    line += whole.split("\n").length - 1;
    values = [];
  }
  return records;
}
