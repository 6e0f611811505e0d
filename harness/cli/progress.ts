import { cellName } from "../engine/cell.ts";
import type { Progress } from "../engine/run_cells.ts";
import { worst } from "../model/verdict.ts";
import type { Terminal } from "./terminal.ts";

/** A line for each cell that has ended. */
export function cellProgress(terminal: Terminal): Progress {
  return {
    cellEnded: (outcome, done, total) => {
      const verdict = worst(outcome.verdicts.map((clause) => clause.verdict));
      const kind = verdict === "pass" ? "good" : verdict === "fail" ? "bad" : "doubt";
      const count = `[${String(done).padStart(String(total).length)}/${total}]`;
      terminal.say(
        `${count} ${terminal.paint(kind, verdict.padEnd(12))} ${cellName(outcome.plan)} ${
          terminal.paint("faint", `${outcome.seconds.toFixed(1)} s`)
        }`,
      );
    },
    rerun: (plan) => terminal.say(`once more, alone: ${cellName(plan)}`),
  };
}
