import { columnFromArray, float64, int32, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import type { HistoryEvent } from "../model/event.ts";

/**
 * The requests of a history in columns, as an Arrow IPC file: id, phase, service, status, instance, attempts, and the
 * clocks `planned_ms`, `sent_ms`, `answered_ms` (milliseconds since the run began; NaN where there was no answer).
 */
export function requestTable(events: readonly HistoryEvent[]): Uint8Array {
  const attempts = new Map<string, number>();
  const answers = new Map<string, Extract<HistoryEvent, { kind: "request.answered" }>>();
  for (const event of events) {
    if (event.kind === "attempt.received") attempts.set(event.id, (attempts.get(event.id) ?? 0) + 1);
    if (event.kind === "request.answered") answers.set(event.id, event);
  }
  const sent = events.filter((event) => event.kind === "request.sent");
  const text = (values: string[]) => columnFromArray(values, utf8());
  const time = (values: number[]) => columnFromArray(values, float64());
  const table = tableFromColumns({
    id: text(sent.map((event) => event.id)),
    phase: text(sent.map((event) => event.phase)),
    service: text(sent.map((event) => event.service)),
    status: text(sent.map((event) => answers.get(event.id)?.status ?? "")),
    instance: text(sent.map((event) => answers.get(event.id)?.instance ?? "")),
    attempts: columnFromArray(sent.map((event) => attempts.get(event.id) ?? 0), int32()),
    planned_ms: time(sent.map((event) => event.plannedT)),
    sent_ms: time(sent.map((event) => event.t)),
    answered_ms: time(sent.map((event) => answers.get(event.id)?.t ?? NaN)),
  });
  return tableToIPC(table, { format: "file" }) ?? new Uint8Array();
}
