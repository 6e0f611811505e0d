/** A profile as stacks with values: what every profile of a run is brought to before it is written as pprof or drawn. */

/** One entry of a stack. */
export interface Frame {
  readonly name: string;
  /** Source file, as a path or URL; absent where there is none. */
  readonly file?: string;
  /** Line in that file, from 1; absent where it is not known, so that none is shown that is wrong. */
  readonly line?: number;
  /** First line of the function, from 1. */
  readonly startLine?: number;
}

/** What one column of values counts, in pprof's words: `cpu` in `nanoseconds`. */
export interface ValueKind {
  readonly type: string;
  readonly unit: string;
}

/** One stack and what was counted there itself, without what is beneath. */
export interface StackSample {
  /** Outermost first. */
  readonly stack: readonly Frame[];
  /** As many as the profile has kinds, in their order; whole numbers. */
  readonly values: readonly number[];
  /** What `go tool pprof -tagfocus` picks by; empty ones are left out of the file. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Stacks with their values. */
export interface StackProfile {
  readonly kinds: readonly ValueKind[];
  readonly samples: readonly StackSample[];
  /** The kind that a viewer shows first. Default: the first. */
  readonly defaultKind?: string;
  /** When it began, and for how long it lasted. */
  readonly startEpochMs?: number;
  readonly durationMs?: number;
  /** What was counted for each sample, such as 1,000,000 nanoseconds of CPU. */
  readonly period?: ValueKind & { readonly value: number };
  /** For whoever reads the file. */
  readonly comments?: readonly string[];
}

/** Adds up the samples that have the same stack and labels, in the order in which each was first seen. */
export class StackSums {
  readonly #sums = new Map<string, { sample: StackSample; values: number[] }>();

  /** @throws {RangeError} When two samples have different numbers of values. */
  add(sample: StackSample): void {
    const key = keyOf(sample);
    const sum = this.#sums.get(key);
    if (sum === undefined) {
      this.#sums.set(key, { sample, values: [...sample.values] });
      return;
    }
    if (sum.values.length !== sample.values.length) {
      throw new RangeError(
        `Cannot add up samples as each must have as many values: expected ${sum.values.length}, found ${sample.values.length} at ${
          sample.stack.map(({ name }) => name).join(" > ")
        }`,
      );
    }
    for (const [index, value] of sample.values.entries()) {
      sum.values[index] = (sum.values[index] ?? 0) + value;
    }
  }

  get samples(): readonly StackSample[] {
    return [...this.#sums.values()].map(({ sample, values }) => ({ ...sample, values }));
  }
}

/** Sums of all values of some samples, by kind. */
export function totalsOf({ kinds, samples }: Pick<StackProfile, "kinds" | "samples">): number[] {
  return kinds.map((_, index) => samples.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
}

/** Made for every sample of a run, on the harness's own event loop: joined by what no name contains, which is quick. */
function keyOf({ stack, labels }: StackSample): string {
  let key = "";
  for (const { name, file = "", line = 0 } of stack) key += `${name}\u0000${file}\u0000${line}\u0001`;
  for (const name of Object.keys(labels).sort()) key += `\u0002${name}\u0000${labels[name]}`;
  return key;
}
