/**
 * The line that runs a cell again exactly as it was.
 *
 * @param run The run's id, or its folder where that is not in `reports/`.
 */
export function replayLine(run: string, mesh: string, scenario: string): string {
  const cell = `${run}:${mesh}/${scenario}`;
  const word = /^[\w@%+=:,./-]+$/.test(cell) ? cell : `'${cell.replaceAll("'", "'\\''")}'`;
  return `deno task meshproof replay ${word}`;
}
