/** Reading, and falsifying, what a run left. */
import type { HistoryEvent } from "../../model/event.ts";
import { readHistory } from "../../engine/history_file.ts";
import { type Report, reportSchema } from "../../report/schema.ts";

/** @throws When the file is missing, or its schema refuses it. */
export async function reportOf(folder: string): Promise<Report> {
  return reportSchema.parse(JSON.parse(await Deno.readTextFile(`${folder}/report.json`)));
}

/** Every verdict, by `<mesh> <scenario> <clause>`. */
export function verdictsOf(report: Report): Record<string, string> {
  return Object.fromEntries(
    report.meshes.flatMap((mesh) =>
      mesh.cells.flatMap((cell) =>
        cell.clauses.map((clause) => [`${mesh.name} ${cell.scenario} ${clause.id}`, clause.verdict])
      )
    ),
  );
}

/** Changes the status of the first call of a phase in a stored history. */
export async function tamperAnswer(path: string, change: { phase: string; status: string }): Promise<void> {
  const events = await readHistory(path);
  const call = events.find((event) => event.kind === "request.sent" && event.phase === change.phase);
  const id = call?.kind === "request.sent" ? call.id : undefined;
  const isIt = (event: HistoryEvent) => event.kind === "request.answered" && event.id === id;
  if (!events.some(isIt)) throw new Error(`${path}: expected an answered call of phase ${change.phase}`);
  const lines = events.map((event) =>
    JSON.stringify(isIt(event) ? { ...event, status: change.status } : event)
  );
  await Deno.writeTextFile(path, lines.join("\n") + "\n");
}
