import type { CellReport, ClauseReport, MeshReport, Report } from "./schema.ts";
import { CONTROLS } from "./score.ts";

/** A clause of a cell whose verdict somebody should look at. */
export interface Trouble {
  readonly mesh: MeshReport;
  readonly cell: CellReport;
  readonly clause: ClauseReport;
}

/**
 * Every verdict that needs somebody's eyes, in the report's order: all but what is kept, what is not supported, and
 * what `direct` fails, since it is there to fail. Recorded deviations are among them.
 */
export function troublesOf({ meshes }: Pick<Report, "meshes">): Trouble[] {
  return meshes.flatMap((mesh) =>
    mesh.cells.flatMap((cell) =>
      cell.clauses.filter(({ verdict }) => {
        if (verdict === "pass" || verdict === "unsupported") return false;
        return !(verdict === "fail" && mesh.name === CONTROLS.hasNone);
      }).map((clause) => ({ mesh, cell, clause }))
    )
  );
}
