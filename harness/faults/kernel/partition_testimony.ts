/** What counters and knocks say of a partition; pure. */
import type { Pod } from "../../model/process.ts";
import type { Testimony } from "../fault.ts";
import { counterKey, type Counts, type Cut, type CutPlan, type Kind, type Place, podsOf } from "./cuts.ts";
import type { PathProbe } from "./path_probe.ts";

/** Knocks by the name of the pod that knocked, then of the one knocked at. */
export type PathProbes = ReadonlyMap<string, ReadonlyMap<string, PathProbe>>;

/** Whether anything but our own knocks ended at a cut. */
export function trafficWasCut(plan: CutPlan, counts: Counts): boolean {
  return plan.cuts.some((cut) => packets(plan, counts, "cut", "traffic", cut) > 0);
}

/**
 * Weighs it. Witnessed when traffic ended at a cut, every cut path was open before and swallows knocks now (the sender's
 * kernel counts them out, the receiver's counts none in), and every direction that is not cut still delivers them.
 *
 * @param before Knocks before the fault.
 * @param after Knocks under it; the counters are later than these.
 */
export function testify(plan: CutPlan, before: PathProbes, after: PathProbes, counts: Counts): Testimony {
  const count = (place: Place, kind: Kind, cut: Cut) => packets(plan, counts, place, kind, cut);
  const doubts: string[] = [];
  const lost: string[] = [];
  const outcomes = new Set<string>();
  const through: string[] = [];
  for (const cut of plan.cuts) {
    const path = `${cut.from.name} -> ${cut.to.name}`;
    const was = knock(before, cut.from, cut.to);
    const now = knock(after, cut.from, cut.to);
    const sent = count("sent", "knock", cut);
    const arrived = count("arrived", "knock", cut);
    if (was?.isOpen !== true) {
      doubts.push(`${path} was not open before either: ${was?.outcome ?? "not tried"}`);
    }
    if (sent === 0) doubts.push(`no knock ${path} left its sender`);
    if (arrived > 0) doubts.push(`${arrived} knocks ${path} arrived`);
    if (plan.action === "drop" && now?.isOpen !== false) {
      doubts.push(`a knock ${path} was answered: ${now?.outcome ?? "not tried"}`);
    }
    const ended = count("cut", "traffic", cut);
    if (ended > 0) lost.push(`${path} ${ended}`);
    outcomes.add(`${was?.outcome} before, ${now?.outcome} now`);
    const back = { from: cut.to, to: cut.from };
    if (isCut(plan, back)) continue;
    const delivered = count("arrived", "knock", back);
    if (delivered === 0) {
      doubts.push(`one-way was asked for, but no knock ${back.from.name} -> ${back.to.name} arrives`);
    }
    through.push(
      `${back.from.name} -> ${back.to.name}: ${delivered} knocks and ${
        count("arrived", "traffic", back) - delivered
      } other packets arrive`,
    );
  }
  if (!trafficWasCut(plan, counts)) doubts.push("no packet but our own knocks ended at a cut");
  if (doubts.length > 0) return { witnessed: false, detail: doubts.join("; ") };
  const knocks = `knocks on ${plan.cuts.length} cut path${plan.cuts.length === 1 ? "" : "s"}`;
  return {
    witnessed: true,
    detail: [
      `packets that ended at a cut: ${lost.join(", ")}`,
      `${knocks} left and did not arrive (${[...outcomes].join("; ")})`,
      ...through,
    ].join("; "),
  };
}

function packets(plan: CutPlan, counts: Counts, place: Place, kind: Kind, cut: Cut): number {
  return counts.get(counterKey(podsOf(plan), place, kind, cut)) ?? 0;
}

function knock(probes: PathProbes, from: Pod, to: Pod): PathProbe | undefined {
  return probes.get(from.name)?.get(to.name);
}

function isCut(plan: CutPlan, pair: Cut): boolean {
  return plan.cuts.some((cut) => cut.from.name === pair.from.name && cut.to.name === pair.to.name);
}
