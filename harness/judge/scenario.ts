import type { Policy } from "../model/policy.ts";
import type { Scenario } from "../model/scenario.ts";
import type { ClauseVerdict } from "../model/verdict.ts";
import { JudgedHistory } from "./phase.ts";

/** A scenario as its author writes it: the judge is given a joined history in place of bare events. */
export type ScenarioSource = Omit<Scenario, "judge"> & {
  judge(history: JudgedHistory, policy: Policy): readonly ClauseVerdict[];
};

/** Makes a scenario value of what an author wrote. */
export function scenario(source: ScenarioSource): Scenario {
  return { ...source, judge: (events, policy) => source.judge(new JudgedHistory(events), policy) };
}
