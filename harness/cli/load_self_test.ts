import Table from "cli-table3";
import { runSelfTest, type SelfTestResult } from "../load/generate/self_test.ts";
import { EXIT } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/** `load --self-test`: says whether the meter measures what theory knows. Exit code 1 when it does not. */
export async function selfTest(
  seed: number,
  json: boolean,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  terminal.say("two loads of 7 s on a server of known delays; in the second it is stopped for 1.4 s");
  const result = await runSelfTest({ seed, signal });
  terminal.print(json ? JSON.stringify(result) : selfTestText(result));
  if (!result.valid) return EXIT.doubt;
  return result.figures.every(({ holds }) => holds) ? EXIT.ok : EXIT.failure;
}

/** What was measured beside what theory has. */
export function selfTestText({ figures, valid, reasons }: SelfTestResult): string {
  const table = new Table({
    head: ["response time, ms", "theory", "measured", "off by", "allowed", ""],
    colAligns: ["left", "right", "right", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  for (const { load, percent, theoryMs, measuredMs, toleranceMs, holds } of figures) {
    table.push([
      `${load} p${percent}`,
      theoryMs.toFixed(2),
      measuredMs.toFixed(2),
      (measuredMs - theoryMs).toFixed(2),
      toleranceMs.toFixed(2),
      holds ? "ok" : "OFF",
    ]);
  }
  return [
    table.toString(),
    valid ? "valid" : "INVALID: these are not the meter's figures, but its machine's",
    ...reasons.map((reason) => `  ${reason}`),
  ].join("\n");
}
