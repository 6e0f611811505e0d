/** One thing wrong with a policy file, with all that is needed to put it right. */
export interface PolicyProblem {
  readonly file: string;
  /** 1 for the first line. */
  readonly line: number;
  /** 1 for the first character of the line. */
  readonly column: number;
  /** Path from the root of the resource, such as `spec.http[0].route[1].weight`; empty for the resource as a whole. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** What to do about it, where there is more to say than `expected`. */
  readonly hint?: string;
}

/** Thrown for a policy that cannot be used; carries every problem that was found, in the order of the file. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly problems: readonly PolicyProblem[];

  /** @param problems At least one. */
  constructor(problems: readonly PolicyProblem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.problems = problems;
  }
}

/**
 * One problem as one line that editors can jump to.
 *
 * @returns For example `cart.yaml:12:9: spec.http[0].timeout: expected a duration, found 5`.
 */
export function describeProblem(problem: PolicyProblem): string {
  const where = `${problem.file}:${problem.line}:${problem.column}`;
  const field = problem.field === "" ? "" : `${problem.field}: `;
  const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
  return `${where}: ${field}expected ${problem.expected}, found ${problem.found}${hint}`;
}
