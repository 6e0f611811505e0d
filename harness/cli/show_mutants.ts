import { idleScenarios, killMatrix } from "../report/mutants.ts";
import type { MutantsReport } from "../report/schema.ts";
import { EXIT } from "./exit.ts";
import { writeOut } from "./folders.ts";
import type { Terminal } from "./terminal.ts";

/** Writes `mutants.json`. */
export async function writeMutants(out: string, report: MutantsReport): Promise<void> {
  await writeOut(`${out}/mutants.json`, JSON.stringify(report, null, 2) + "\n");
}

/** Prints the kill matrix and where the report is; with `--json` the report alone. */
export function printMutants(report: MutantsReport, out: string, json: boolean, terminal: Terminal): void {
  if (json) return terminal.print(JSON.stringify(report));
  terminal.print(killMatrix(report, terminal.paint));
  terminal.print(`report: ${out}/mutants.json`);
}

/** 0 when every mutant is killed and every scenario kills one. */
export function exitCodeOfMutants(report: MutantsReport): number {
  return report.survivors.length + idleScenarios(report).length === 0 ? EXIT.ok : EXIT.failure;
}
