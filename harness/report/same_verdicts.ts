import { saysRuntimeLacks } from "../model/runtime.ts";
import type { Report } from "./schema.ts";

/** A clause of a cell that two runs do not judge the same. */
export interface Difference {
  readonly mesh: string;
  readonly scenario: string;
  readonly clause: string;
  /** Verdict in each run; `missing` where the run has no such cell or clause. */
  readonly first: string;
  readonly second: string;
  /** What each saw. */
  readonly actual: readonly [string, string];
}

/** What comes of comparing two runs verdict by verdict. */
export interface SameVerdicts {
  readonly differences: readonly Difference[];
  /** How many verdicts were compared. */
  readonly compared: number;
  /** Clauses that one of the runtimes cannot judge at all, such as `reference interception/outbound SID-01`. */
  readonly leftOut: readonly string[];
}

/**
 * Compares two runs cell by cell: the runtime that a mesh lives on must make no difference to what it is found to keep.
 * Left out is what a run says that its runtime cannot do.
 */
export function sameVerdicts(first: Report, second: Report): SameVerdicts {
  const verdicts = [first, second].map(verdictsOf) as [Verdicts, Verdicts];
  const keys = [...new Set(verdicts.flatMap((each) => [...each.keys()]))].sort();
  const leftOut: string[] = [];
  const differences: Difference[] = [];
  let compared = 0;
  for (const key of keys) {
    const [mesh = "", scenario = "", clause = ""] = key.split(" ");
    const [before, after] = [verdicts[0].get(key), verdicts[1].get(key)];
    if ([before, after].some((each) => each?.verdict === "unsupported" && saysRuntimeLacks(each.actual))) {
      leftOut.push(key);
      continue;
    }
    compared++;
    if (before?.verdict === after?.verdict) continue;
    differences.push({
      ...{ mesh, scenario, clause },
      first: before?.verdict ?? "missing",
      second: after?.verdict ?? "missing",
      actual: [before?.actual ?? "", after?.actual ?? ""],
    });
  }
  return { differences, compared, leftOut };
}

type Verdicts = ReadonlyMap<string, { readonly verdict: string; readonly actual: string }>;

function verdictsOf(report: Report): Verdicts {
  return new Map(
    report.meshes.flatMap(({ name, cells }) =>
      cells.flatMap(({ scenario, clauses }) =>
        clauses.map((clause) => [`${name} ${scenario} ${clause.id}`, clause] as const)
      )
    ),
  );
}
