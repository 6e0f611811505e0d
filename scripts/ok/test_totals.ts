/** Tests that passed and failed. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Reads the totals from the last line of `deno test`.
 *
 * @param output With or without colours.
 * @returns `undefined` when there is no such line: the tests did not come to their end.
 */
export function parseTotals(output: string): Totals | undefined {
  // deno-lint-ignore no-control-regex -- colours are control sequences
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, "");
  const [last] = [...plain.matchAll(/^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm)].slice(
    -1,
  );
  return last === undefined ? undefined : { passed: Number(last[1]), failed: Number(last[2]) };
}
