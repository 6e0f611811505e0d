import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import minoritySide from "./minority_side.ts";

type Phases = Partial<Record<"whole" | "divided" | "again", CallSpec & { count?: number }>>;

const FAULT = "partition echo-1, registry-3 | registry-1, registry-2";
const LEAVES = ["its lease has run out", "the mesh leaves it out"];
const RETURNS = ["it has registered anew", "the mesh takes it in"];

/** A history in which all goes well, but for the calls of one phase, one step that is late, or the witness. */
function divided(odd: Phases, { seen = true, late = "", serving = 2 } = {}) {
  const inTurn = (count: number) => (index: number) => ({ at: [`echo-${index % count + 1}`] });
  const cell = history().instance("echo-1").instance("echo-2").calls("whole", 50, inTurn(2), odd.whole);
  const pass = (steps: readonly string[]) => {
    for (const step of steps) cell.pass(3_000).converged(step, step !== late);
  };
  cell.fault(FAULT, "begin").fault(FAULT, seen ? "witnessed" : "unwitnessed", "packets ended at the cut");
  pass(LEAVES);
  cell.calls("divided", 100, { at: ["echo-2"] }, odd.divided).fault(FAULT, "healed");
  pass(RETURNS);
  return cell.calls("whole again", 100, inTurn(serving), odd.again);
}

const refused = { status: "UNAVAILABLE" };

proveJudge(minoritySide, {
  beside: import.meta.url,
  keeps: { "it leaves though a member answers it, and returns after the heal": () => divided({}) },
  breaks: {
    ...Object.fromEntries(
      [...LEAVES, ...RETURNS].map((late) => [
        `not in time: ${late}`,
        () => ({ history: divided({}, { late }), says: /^never/ }),
      ]),
    ),
    "a call still goes to it": () => ({
      history: divided({ divided: { at: ["echo-1"] } }),
      says: /1 at echo-1/,
    }),
    "a call fails while it is away": () => ({ history: divided({ divided: refused }), says: /^divided/ }),
    "a call fails before": () => ({ history: divided({ whole: refused }), says: /^whole/ }),
    "a call fails after the heal": () => ({ history: divided({ again: refused }), says: /^whole again/ }),
    "it gets nothing after the heal": () => ({
      history: divided({ again: { at: ["echo-1"] } }, { serving: 1 }),
      says: /none at echo-2/,
    }),
    "nobody saw the partition": () => ({ history: divided({}, { seen: false }), verdict: "vacuous" }),
  },
});
