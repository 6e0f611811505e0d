import { type CallSpec, history, type HistoryBuilder } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import leaseEnds from "./lease_ends.ts";

type Odd = CallSpec & { count?: number };
interface Registration {
  /** Granted lease; undefined: it never registered. */
  readonly leaseSeconds?: number;
  /** From the kill; infinite: never. */
  readonly goneAfterMs?: number;
  readonly killed?: boolean;
  readonly witness?: boolean;
}

const KILLED_T = 5_000;

function cell(odd: { alive?: Odd; after?: Odd } = {}, registration: Registration = {}): HistoryBuilder {
  const { leaseSeconds = 2, goneAfterMs = 1_900, killed = true, witness = true } = registration;
  const seen = { kind: "registry", service: "echo", instance: "echo-1", revision: 5, detail: "" } as const;
  const cell = history().instance("echo-1").instance("echo-2")
    .record("registry", { ...seen, operation: "put", leaseSeconds }, 1)
    .calls("both alive", 50, (index) => ({ at: [`echo-${index % 2 + 1}`] }), odd.alive);
  if (killed) {
    cell.record(
      "engine",
      { kind: "process", name: "echo-1", pid: 1, edge: "killed", detail: "SIGKILL" },
      KILLED_T,
    );
    cell.fault("kill echo-1", witness ? "witnessed" : "unwitnessed", "port refused");
  }
  if (goneAfterMs < Infinity) {
    cell.record("registry", { ...seen, operation: "delete" }, KILLED_T + goneAfterMs);
  }
  return cell.calls("one alive", 100, { at: ["echo-2"] }, odd.after);
}

proveJudge(leaseEnds, {
  beside: import.meta.url,
  keeps: {
    "it is gone when its lease ends": () => cell(),
    "the last keep-alive came a third of the lease before the kill": () => cell({}, { goneAfterMs: 1_300 }),
    "the registry took its margin": () => cell({}, { goneAfterMs: 3_500 }),
  },
  breaks: {
    "it is gone too soon": () => ({ history: cell({}, { goneAfterMs: 1_200 }), says: /gone after 1200 ms/ }),
    "it is gone too late": () => ({ history: cell({}, { goneAfterMs: 3_501 }), says: /gone after 3501 ms/ }),
    "it is never gone": () => ({ history: cell({}, { goneAfterMs: Infinity }), says: /never gone/ }),
    "it was gone before the kill and never since": () => ({
      history: cell({}, { goneAfterMs: -1 }),
      says: /never gone/,
    }),
    "its lease is twice as long": () => ({ history: cell({}, { leaseSeconds: 4 }), says: /^lease of 4 s/ }),
    "it has no lease": () => ({ history: cell({}, { leaseSeconds: 0 }), says: /^lease of 0 s/ }),
    "the survivor does not serve": () => ({
      history: cell({ after: { status: "UNAVAILABLE" } }),
      says: /^one alive/,
    }),
    "a call afterwards takes two attempts": () => ({
      history: cell({ after: { at: ["echo-2", "echo-2"] } }),
    }),
    "nobody saw it die": () => ({ history: cell({}, { witness: false }), verdict: "vacuous" }),
    "nothing was killed": () => ({ history: cell({}, { killed: false }), verdict: "vacuous" }),
  },
});
