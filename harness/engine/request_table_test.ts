import { assert, assertEquals } from "@std/assert";
import { tableFromIPC } from "@uwdata/flechette";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { requestTable } from "./request_table.ts";

const COLUMNS = [
  "id",
  "phase",
  "service",
  "status",
  "instance",
  "attempts",
  "planned_ms",
  "sent_ms",
  "answered_ms",
];

function sent(id: string, plannedT: number) {
  return {
    kind: "request.sent",
    id,
    phase: "load",
    service: "echo",
    method: "Call",
    headers: {},
    plannedT,
    deadlineMs: 5_000,
  } as const;
}

Deno.test("requestTable can be read back as Arrow IPC, one row a request with what both ends saw", () => {
  const recorder = memoryRecorder();
  const attempt = { kind: "attempt.received", service: "echo", method: "Call", headers: {} } as const;
  recorder.record("client", sent("cell#1", 9.5), 10.25);
  recorder.record("client", sent("cell#2 ü", 19.5), 20);
  recorder.record("upstream:echo-1", { ...attempt, id: "cell#1", instance: "echo-1", ordinal: 1 }, 11);
  recorder.record("upstream:echo-2", { ...attempt, id: "cell#1", instance: "echo-2", ordinal: 1 }, 12);
  recorder.record("upstream:echo-1", { ...attempt, id: "cell#1/1", instance: "echo-1", ordinal: 1 }, 12);
  const answer = { message: "", headers: {}, trailers: {} };
  recorder.record(
    "client",
    { kind: "request.answered", id: "cell#1", status: "OK", instance: "echo-2", ...answer },
    13.125,
  );

  const table = tableFromIPC(requestTable(recorder.events));

  assertEquals(table.names, COLUMNS);
  const [first, second] = table.toArray() as Record<string, unknown>[];
  assertEquals({ ...first }, {
    id: "cell#1",
    phase: "load",
    service: "echo",
    status: "OK",
    instance: "echo-2",
    attempts: 2,
    planned_ms: 9.5,
    sent_ms: 10.25,
    answered_ms: 13.125,
  });
  assertEquals([second?.["id"], second?.["status"], second?.["attempts"]], ["cell#2 ü", "", 0]);
  assert(Number.isNaN(second?.["answered_ms"]));
});

Deno.test("requestTable of a history without requests has all columns and no row", () => {
  const table = tableFromIPC(requestTable([]));
  assertEquals([table.numRows, table.names], [0, COLUMNS]);
});

Deno.test("requestTable keeps many requests in the order in which they were sent", () => {
  const recorder = memoryRecorder();
  for (let index = 0; index < 5_000; index++) recorder.record("client", sent(`cell#${index}`, index), index);
  const table = tableFromIPC(requestTable(recorder.events));
  assertEquals(table.numRows, 5_000);
  const times = table.getChild("sent_ms")?.toArray() as ArrayLike<number>;
  assertEquals([times[0], times[4_999]], [0, 4_999]);
});
