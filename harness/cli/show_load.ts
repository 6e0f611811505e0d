import Table from "cli-table3";
import type { Knee } from "../load/generate/knee.ts";
import type { Objective, Trial } from "../load/generate/objective.ts";
import { quantileOf } from "../load/record/quantile.ts";
import type { Interval } from "../load/record/recording.ts";

/** A second of a load, in one line. */
export function intervalLine({ startT, endT, outcomes, ended, histograms }: Interval, zeroT: number): string {
  const perSecond = ended * 1000 / Math.max(1, endT - startT);
  const others = Object.entries(outcomes).filter(([name, count]) => name !== "ok" && count > 0)
    .map(([name, count]) => `, ${name} ${count}`).join("");
  const figures = [50, 99].flatMap((percent) => {
    const quantile = quantileOf(histograms.response, percent);
    return quantile === undefined ? [] : [`, p${percent} ${(quantile.us / 1000).toFixed(2)} ms`];
  }).join("");
  const at = ((endT - zeroT) / 1000).toFixed(0).padStart(4);
  return `${at} s  ${perSecond.toFixed(0)}/s, ok ${outcomes.ok}${others}${figures}`;
}

/** A trial of a search, in one line. */
export function trialLine({ perSecond, holds, quantileMs, failedShare, reasons }: Trial): string {
  const figure = quantileMs === undefined ? "" : `${quantileMs.toFixed(2)} ms`;
  const verdict = holds === undefined ? `INVALID: ${reasons.join("; ")}` : holds ? "kept" : "not kept";
  const failed = failedShare > 0 ? `, ${(100 * failedShare).toFixed(2)} % failed` : "";
  return `${perSecond.toFixed(0).padStart(8)}/s ${figure.padStart(11)}  ${verdict}${failed}`;
}

/** What a search found. */
export function kneeText(knee: Knee, { percent, belowMs }: Objective): string {
  const table = new Table({
    head: ["phase", "per second", `p${percent} ms`, "failed", `p${percent} < ${belowMs} ms`],
    colAligns: ["left", "right", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  for (const { phase, perSecond, quantileMs, failedShare, holds } of knee.trials) {
    table.push([
      phase,
      perSecond.toFixed(0),
      quantileMs?.toFixed(2) ?? "",
      `${(100 * failedShare).toFixed(2)} %`,
      holds === undefined ? "INVALID" : holds ? "kept" : "not kept",
    ]);
  }
  const limits = {
    broken: "above it the objective is not kept",
    generator: "above it the figures are the generator's own: the target may bear more",
    bound: "nothing above it was tried",
  };
  return [
    table.toString(),
    knee.perSecond === undefined
      ? `no rate was found at which the objective is kept`
      : `knee: ${knee.perSecond.toFixed(0)} per second; ${limits[knee.limit]}`,
    ...(knee.hysteresis === undefined ? [] : [
      knee.downPerSecond === undefined
        ? "after an overload the objective was not kept again at half of it"
        : knee.hysteresis === 0
        ? "after an overload it is kept again at the same rate: no hysteresis"
        : `after an overload it is kept again only at ${
          knee.downPerSecond.toFixed(0)
        } per second: hysteresis ${(100 * knee.hysteresis).toFixed(0)} %`,
    ]),
  ].join("\n");
}
