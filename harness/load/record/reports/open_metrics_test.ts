import { assertEquals, assertStringIncludes } from "@std/assert";
import { recordingOf } from "../testing/attempts.ts";
import { openMetrics } from "./open_metrics.ts";

const TEXT = openMetrics(recordingOf([
  { plannedT: 0, sentT: 0, firstByteT: 0.02, endT: 0.02, code: 0, bytes: 5 },
  { plannedT: 0, sentT: 0.005, firstByteT: 1, endT: 1, code: 0, bytes: 5 },
  { plannedT: 0, sentT: 1, firstByteT: 3, endT: 4, code: 14, outcome: "status" },
  { plannedT: 0, sentT: 1, endT: 100_000, outcome: "timeout" },
  { plannedT: 0, endT: 1, outcome: "refused" },
]));

Deno.test("openMetrics counts attempts by outcome and code, and ends with EOF", () => {
  assertEquals(TEXT.split("\n").filter((line) => line.startsWith("meshproof_load_attempts_total")), [
    'meshproof_load_attempts_total{outcome="ok",code="0"} 2',
    'meshproof_load_attempts_total{outcome="status",code="14"} 1',
    'meshproof_load_attempts_total{outcome="timeout",code="-1"} 1',
    'meshproof_load_attempts_total{outcome="refused",code="-1"} 1',
  ]);
  assertStringIncludes(TEXT, "meshproof_load_received_bytes_total 10\n");
  assertEquals(TEXT.endsWith("\n# EOF\n"), true);
});

Deno.test("openMetrics has cumulative buckets that hold their upper bound, sum and count", () => {
  const lines = TEXT.split("\n").filter((line) => line.startsWith("meshproof_load_response_seconds"));
  const at = (bound: string) => lines.find((line) => line.includes(`le="${bound}"`))?.split(" ")[1];
  assertEquals(
    ["0.00001", "0.00002", "0.0005", "0.001", "0.002", "0.005", "50.0", "+Inf"].map(at),
    ["0", "1", "1", "2", "2", "3", "3", "4"],
  );
  assertEquals(lines.slice(-2), [
    "meshproof_load_response_seconds_count 4",
    "meshproof_load_response_seconds_sum 100.00502",
  ]);
  assertStringIncludes(TEXT, "# TYPE meshproof_load_first_byte_seconds histogram\n");
});
