/** Rules for tests, and looks at what they do. */
import type { RuleInput } from "../rule_spec.ts";
import type { EchoCalls } from "./echo_calls.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One rule without a match. */
export const rule = (action: RuleInput["action"], match: RuleInput["match"] = {}): RuleInput[] => [
  { name: "r", match, action },
];

/** Waits until the witness has seen the rules of the link. */
export async function witnessed(echo: EchoCalls): Promise<string> {
  for (;;) {
    const seen = await echo.rules.witness();
    if (seen.witnessed) return seen.detail;
    await turn();
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await turn();
}

/** The hits on the history, in words. */
export const hits = (echo: EchoCalls) => echo.recorder.of("fault.hit").map(({ detail }) => detail);
