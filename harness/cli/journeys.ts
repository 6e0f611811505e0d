import type { CellOutcome } from "../engine/cell.ts";
import { journeyFiles } from "../observe/profiles/journey_files.ts";
import { writeOut } from "./folders.ts";

/** Where a run keeps its profiles, in its folder. */
export const PROFILES = "profiles";

/**
 * Writes the way of all requests, for every mesh a pprof file (`go tool pprof -http=: FILE`; two runs side by side:
 * `-diff_base OTHER`) and a drawing of it.
 */
export async function writeJourneys(
  out: string,
  runId: string,
  outcomes: readonly Pick<CellOutcome, "plan" | "journey">[],
): Promise<void> {
  await Deno.mkdir(`${out}/${PROFILES}`, { recursive: true });
  for (const [mesh, own] of Map.groupBy(outcomes, ({ plan }) => plan.mesh.name)) {
    const { pprof, svg } = journeyFiles(mesh, own.flatMap(({ journey }) => journey), runId);
    await writeOut(`${out}/${PROFILES}/journey-${mesh}.pb.gz`, pprof);
    await writeOut(`${out}/${PROFILES}/journey-${mesh}.svg`, svg);
  }
}
