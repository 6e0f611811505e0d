import { errorText } from "../model/error_text.ts";
import { findKnee } from "../load/generate/knee.ts";
import { judgeTrial, type Objective, parseObjective } from "../load/generate/objective.ts";
import { runLoad } from "../load/generate/run_load.ts";
import { EXIT, UsageError } from "./exit.ts";
import { connected } from "./load_connected.ts";
import { type LoadFlags, loadPlan, type LoadSettings, rateOf } from "./load_settings.ts";
import { kneeText, trialLine } from "./show_load.ts";
import type { Terminal } from "./terminal.ts";

/** What a search is to find, and how it is told. */
export interface KneeFlags extends LoadFlags {
  readonly findKnee: string;
  readonly json?: boolean;
}

const TRIAL_DURATION = "5s";
const FIRST_RATE = "100";

/**
 * `load --find-knee`: searches the largest rate that keeps the objective. `--rate` is where it begins, `--duration` how long
 * each trial lasts.
 */
export async function searchKnee(
  settings: LoadSettings,
  flags: KneeFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const objective = objectiveOf(flags.findKnee);
  const fromPerSecond = rateOf(flags.rate ?? FIRST_RATE);
  if (flags.concurrency !== undefined || !/^(constant|poisson)$/.test(flags.plan ?? "constant")) {
    throw new UsageError("--find-knee: expected the plan constant or poisson, found another");
  }
  const measure = async (perSecond: number) => {
    const plan = loadPlan(
      { ...flags, rate: String(perSecond), duration: flags.duration ?? TRIAL_DURATION },
      settings.seed,
    );
    const result = await connected(
      settings.where.address,
      () => runLoad({ ...settings, plan, objectiveMs: objective.belowMs, signal }),
    );
    signal.throwIfAborted();
    const trial = judgeTrial(perSecond, result, objective);
    terminal.say(trialLine(trial));
    return trial;
  };
  const knee = await findKnee(measure, { fromPerSecond, signal });
  terminal.print(flags.json ? JSON.stringify({ objective, ...knee }) : kneeText(knee, objective));
  return knee.limit === "broken" && knee.perSecond !== undefined ? EXIT.ok : EXIT.doubt;
}

function objectiveOf(text: string): Objective {
  try {
    return parseObjective(text);
  } catch (error) {
    throw new UsageError(errorText(error));
  }
}
