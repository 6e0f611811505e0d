import type { AttemptSink, Outcome } from "../../attempt.ts";

/** Keeps all that it is told. */
export interface RememberingSink extends AttemptSink {
  /** Arguments of each `add`. */
  readonly rows: readonly (readonly number[])[];
  /** By index of the attempt. */
  readonly outcomes: readonly Outcome[];
}

export function rememberingSink(): RememberingSink {
  const rows: number[][] = [];
  const outcomes: Outcome[] = [];
  return {
    rows,
    outcomes,
    add(...row) {
      const [index, , , , , outcome] = row;
      if (outcomes[index] !== undefined) {
        throw new Error(`expected attempt ${index} to end once, it ended again`);
      }
      outcomes[index] = outcome;
      rows.push(row);
    },
  };
}
