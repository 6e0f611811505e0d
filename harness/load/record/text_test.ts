import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { summarise } from "./summary.ts";
import { recordingOf, steadyAttempts } from "./testing/attempts.ts";
import { summaryText } from "./text.ts";

const QUIET = { eventLoopDelayMs: 0.5, stolenShare: 0.001 };

Deno.test("summaryText shows figures with intervals, leaves out what the sample does not carry, and says valid", () => {
  const text = summaryText(summarise(recordingOf(steadyAttempts(1001, 100)), QUIET));
  const lines = text.split("\n");
  assertEquals(lines[0], "1001 attempts in 1.10 s, 10010 bytes received");
  assertEquals(lines[1], "per second: 1000 planned, 1000 sent, 911 ok");
  assertEquals(lines[2], "outcomes: ok 1001");
  const response = lines.find((line) => line.includes("response")) ?? "";
  const cells = response.split("│").map((each) => each.trim());
  assertEquals(cells.slice(2, 8), ["50.1", "90.1", "99.1", "", "", "100"], response);
  assertStringIncludes(text, " .. ");
  assertStringIncludes(text, "event loop 0.500 ms late at p99, 0.1 % of the CPU stolen");
  assert(lines.includes("valid"), text);
});

Deno.test("summaryText says INVALID and why, at the figure and below", () => {
  const late = steadyAttempts(2000, 10).map((attempt, index) => ({
    ...attempt,
    sentT: index + 30,
    endT: index + 35,
    outcome: index % 4 === 0 ? "status" as const : "ok" as const,
    code: index % 4 === 0 ? 14 : 0,
  }));
  const text = summaryText(summarise(recordingOf(late), { eventLoopDelayMs: 0.5, stolenShare: undefined }));
  assertStringIncludes(text, "outcomes: ok 1500 (75.00 %), status 500 (25.00 %)");
  assertStringIncludes(text, "codes: status 14: 500");
  assertStringIncludes(text, "INVALID 35.0");
  assertStringIncludes(text, "stolen CPU unknown");
  assertStringIncludes(
    text,
    "INVALID: these are not the target's figures\n  the generator sent 30.00 ms late",
  );
});
