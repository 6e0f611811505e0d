import { CLAUSES } from "../model/clauses.ts";
import type { Verdict } from "../model/verdict.ts";
import type { ClauseReport, MeshReport } from "./schema.ts";
import { clausesOf } from "./score.ts";

/** One mesh of one run. */
export interface ComparedMesh {
  readonly mesh: MeshReport;
  /** Index of the column that it is measured against; `undefined` for those that others are measured against. */
  readonly baseline: number | undefined;
}

/** A clause that is judged otherwise in a column than in its baseline. */
export interface Change {
  readonly clause: string;
  readonly column: number;
  readonly baseline: number;
  /** `other`: neither kept nor broken before and after, such as from `unsupported` to `inconclusive`. */
  readonly kind: "worse" | "better" | "other";
  readonly before: ClauseReport;
  readonly after: ClauseReport;
}

/** What differs between columns. */
export interface Comparison {
  /** By clause, then by column. */
  readonly changes: readonly Change[];
  /** Clauses that only one of the two has: nothing is said of them. */
  readonly unmatched: readonly {
    readonly column: number;
    readonly baseline: number;
    readonly onlyIn: "column" | "baseline";
    readonly clauses: readonly string[];
  }[];
}

/** Compares each column with its baseline, clause by clause. */
export function compareMeshes(columns: readonly ComparedMesh[]): Comparison {
  const verdicts = columns.map(({ mesh }) => clausesOf(mesh));
  const ids = CLAUSES.map(({ id }) => id).filter((id) => verdicts.some((each) => each.has(id)));
  const pairs = columns.flatMap(({ baseline }, column) => {
    const [before, after] = [baseline === undefined ? undefined : verdicts[baseline], verdicts[column]];
    return baseline === undefined || before === undefined || after === undefined
      ? []
      : [{ column, baseline, before, after }];
  });
  const changes = ids.flatMap((id) =>
    pairs.flatMap(({ column, baseline, ...pair }): Change[] => {
      const [before, after] = [pair.before.get(id), pair.after.get(id)];
      if (before === undefined || after === undefined || before.verdict === after.verdict) return [];
      return [{ clause: id, column, baseline, kind: kindOf(before.verdict, after.verdict), before, after }];
    })
  );
  const unmatched = pairs.flatMap(({ column, baseline, before, after }) =>
    ([["baseline", before, after], ["column", after, before]] as const).flatMap(([onlyIn, own, other]) => {
      const clauses = ids.filter((id) => own.has(id) && !other.has(id));
      return clauses.length === 0 ? [] : [{ column, baseline, onlyIn, clauses }];
    })
  );
  return { changes, unmatched };
}

/** Kept is best and broken worst; between them stands whatever says nothing of the mesh. */
function kindOf(before: Verdict, after: Verdict): Change["kind"] {
  const difference = rank(after) - rank(before);
  return difference < 0 ? "worse" : difference > 0 ? "better" : "other";
}

function rank(verdict: Verdict): number {
  return verdict === "pass" ? 2 : verdict === "fail" ? 0 : 1;
}
