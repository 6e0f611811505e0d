import { sampleSizeForShare } from "../../harness/mod.ts";
import { history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import weights from "./weights.ts";

const SEVENTY = sampleSizeForShare(0.7, 0.75);
const NINETY = sampleSizeForShare(0.9, 0.85);

/** Exactly these shares of the calls at v1, spread evenly. */
function cell(seventy: number, ninety: number, status = "OK", total = SEVENTY) {
  const split = (share: number) => (index: number) => ({
    at: [Math.floor((index + 1) * share) > Math.floor(index * share) ? "echo-1" : "echo-2"],
  });
  return history()
    .instance("echo-1", { version: "v1" })
    .instance("echo-2", { version: "v2" })
    .calls("70/30", total, split(seventy))
    .calls("90/10", NINETY, split(ninety), { status });
}

proveJudge(weights, {
  beside: import.meta.url,
  keeps: {
    "the shares are the promised ones": () => cell(0.7, 0.9),
    "the shares are off by less than chance allows": () => cell(0.715, 0.89),
  },
  breaks: {
    "70/30 is 75/25": () => ({ history: cell(0.75, 0.9), says: /^0\.7[45]/ }),
    "70/30 is 65/35": () => ({ history: cell(0.65, 0.9) }),
    "90/10 is 85/15": () => ({ history: cell(0.7, 0.85) }),
    "the shares are the other way round": () => ({ history: cell(0.3, 0.1) }),
    "everything goes to the first": () => ({ history: cell(1, 1) }),
    "one call fails": () => ({ history: cell(0.7, 0.9, "UNAVAILABLE"), says: /status UNAVAILABLE/ }),
    "too few calls were made": () => ({
      history: cell(0.7, 0.9, "OK", SEVENTY - 1),
      verdict: "inconclusive",
    }),
  },
});
