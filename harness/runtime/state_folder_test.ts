import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertRunId,
  defaultStateFolder,
  draftPath,
  ledgerPath,
  newRunId,
  parseDraftName,
} from "./state_folder.ts";

Deno.test("newRunId sorts by time and names seed and process", () => {
  const early = newRunId(42, new Date("2026-11-23T16:18:44.123Z"), 7);
  assertEquals(early, "20261123-161844-123-seed42-p7");
  assert(early < newRunId(1, new Date("2026-11-23T16:18:44.124Z"), 7));
});

Deno.test("newRunId refuses a seed that is no part of a file name", () => {
  assertThrows(() => newRunId("../x", new Date()), TypeError, "run id");
});

Deno.test("assertRunId refuses what could leave the ledger folder", () => {
  for (const id of ["", ".hidden", "a/b", "a b", "x".repeat(129)]) {
    assertThrows(() => assertRunId(id), TypeError);
  }
  assertRunId("20261123-nightly_1.2");
});

Deno.test("ledgerPath puts the ledger below the state folder", () => {
  assertEquals(ledgerPath(defaultStateFolder("/w"), "r"), "/w/.meshproof/ledger/r.ndjson");
});

Deno.test("parseDraftName reads the run and the pid that draftPath wrote, and nothing from a ledger's name", () => {
  const name = draftPath("/w", "20261123-nightly_1.2", 77).split("/").at(-1)!;
  assertEquals(parseDraftName(name), { runId: "20261123-nightly_1.2", pid: 77 });
  assertEquals(parseDraftName("20261123-nightly_1.2.ndjson"), undefined);
});
