import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import cutOff from "./cut_off.ts";

type Odd = CallSpec & { count?: number };

const STEPS = [
  "it has left",
  "the mesh has noticed",
  "it is registered again",
  "it is served again",
] as const;

function cell(
  odd: { connected?: Odd; cut?: Odd; healed?: Odd } = {},
  { witness = true, late = "", healed = 2 } = {},
) {
  const over = (instances: number) => (index: number) => ({ at: [`echo-${index % instances + 1}`] });
  const step = (name: typeof STEPS[number]) => cell.pass(3_000).converged(name, name !== late);
  const cell = history().instance("echo-1").instance("echo-2").calls("connected", 50, over(2), odd.connected);
  cell.fault("registry:echo-1 blackhole", "begin");
  cell.fault("registry:echo-1 blackhole", witness ? "witnessed" : "unwitnessed", "bytes stopped");
  step("it has left");
  step("the mesh has noticed");
  cell.calls("cut off", 100, { at: ["echo-2"] }, odd.cut).fault("registry:echo-1 blackhole", "healed");
  step("it is registered again");
  step("it is served again");
  return cell.calls("healed", 100, over(healed), odd.healed);
}

proveJudge(cutOff, {
  beside: import.meta.url,
  keeps: { "it leaves, and returns after the heal": () => cell() },
  breaks: {
    ...Object.fromEntries(
      STEPS.map((late) => [`not in time: ${late}`, () => ({ history: cell({}, { late }), says: /^never/ })]),
    ),
    "a call still goes to it": () => ({ history: cell({ cut: { at: ["echo-1"] } }), says: /1 at echo-1/ }),
    "a call fails while it is away": () => ({
      history: cell({ cut: { status: "UNAVAILABLE" } }),
      says: /^cut off/,
    }),
    "a call fails after the heal": () => ({
      history: cell({ healed: { status: "UNAVAILABLE" } }),
      says: /^healed/,
    }),
    "it gets nothing after the heal": () => ({
      history: cell({ healed: { at: ["echo-1"] } }, { healed: 1 }),
      says: /none at echo-2/,
    }),
    "nobody saw it cut off": () => ({ history: cell({}, { witness: false }), verdict: "vacuous" }),
  },
});
