/**
 * Work to be found in a profile. The types in front of it are not there any more when it runs, so that its lines are
 * others than those of this file.
 */
export interface Work {
  readonly rounds: number;
  readonly note: string;
}

export type Held = readonly number[];

/** Returns once it was busy for so long. */
export function busyOuter(durationMs: number): number {
  const end = performance.now() + durationMs;
  let sum = 0;
  while (performance.now() < end) sum += busyInner({ rounds: 20_000, note: "" });
  return sum;
}

interface State {
  value: number;
}

/** The line that is hot is the only one that says so. */
function busyInner({ rounds }: Work): number {
  const state: State = { value: 1 };
  for (let round = 0; round < rounds; round++) {
    state.value = (state.value * 31 + round) % 1_000_003; // hot
  }
  return state.value;
}

/** Some megabytes of small arrays. */
export function allocateHeld(count: number): Held[] {
  return Array.from({ length: count }, (_, index) => [index, index + 1, index + 2].map((each) => each * 1.5));
}
