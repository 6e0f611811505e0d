import type { LoadResult } from "../load/generate/run_load.ts";
import { fortioReport } from "../load/record/reports/fortio.ts";
import { hgrm } from "../load/record/reports/hgrm.ts";
import type { LoadReport } from "../load/record/reports/load_report.ts";
import type { LoadRun } from "../load/record/reports/load_run.ts";
import { openMetrics } from "../load/record/reports/open_metrics.ts";
import { writeOut } from "./folders.ts";

/** Where the run itself writes what would not fit into memory. */
export function streamedFiles(folder: string): { readonly columnsPath: string; readonly hlogPath: string } {
  return { columnsPath: `${folder}/attempts.arrow`, hlogPath: `${folder}/load.hlog` };
}

/** Writes the files of a run that is over. */
export async function writeLoadFiles(
  folder: string,
  { recording }: LoadResult,
  run: LoadRun,
  report: LoadReport,
): Promise<void> {
  const { response, service, lag } = recording.histograms;
  await writeOut(`${folder}/load.json`, JSON.stringify(report, undefined, 2) + "\n");
  await writeOut(`${folder}/response.hgrm`, hgrm(response));
  await writeOut(`${folder}/service.hgrm`, hgrm(service));
  await writeOut(`${folder}/lag.hgrm`, hgrm(lag));
  await writeOut(`${folder}/fortio.json`, JSON.stringify(fortioReport(recording, run), undefined, 2) + "\n");
  await writeOut(`${folder}/metrics.txt`, openMetrics(recording));
}
