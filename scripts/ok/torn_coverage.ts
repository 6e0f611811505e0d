/**
 * Removes what processes that were killed while they wrote it left in a coverage folder: `deno coverage` gives up at the
 * first file that is no whole JSON, and tests of ours kill programs at every moment there is.
 *
 * @returns How many were removed.
 */
export function removeTornCoverage(folder: URL): number {
  let removed = 0;
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (!isFile || !name.endsWith(".json")) continue;
    const path = new URL(name, folder);
    if (endsWith(path, CLOSING_BRACE)) continue;
    Deno.removeSync(path);
    removed++;
  }
  return removed;
}

const CLOSING_BRACE = "}".charCodeAt(0);

/** Synchronous: there are some hundred thousand of them, and each look is short. */
function endsWith(path: URL, byte: number): boolean {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  if (size === 0) return false;
  file.seekSync(size - 1, Deno.SeekMode.Start);
  const last = new Uint8Array(1);
  return file.readSync(last) === 1 && last[0] === byte;
}
