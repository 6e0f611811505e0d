import { history } from "../../harness/judge/testing/history_builder.ts";
import { addOnwardCalls, type OddOnward } from "../../harness/judge/testing/onward_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import proxyDead from "./proxy_dead.ts";

interface Odd {
  readonly before?: OddOnward;
  /** The last call at the one whose proxy is dead. */
  readonly called?: OddOnward;
  readonly meanwhile?: OddOnward;
  /** The last call of the one whose proxy is dead. */
  readonly caller?: OddOnward;
  /** Whose death nobody saw. */
  readonly unseen?: string;
}

const REFUSED: OddOnward = { onward: [], status: "UNAVAILABLE" };

function cell({ before, called, meanwhile, caller, unseen }: Odd = {}) {
  const cell = history();
  const kill = (instance: string) => {
    const fault = `kill sidecar of ${instance}`;
    cell.fault(fault, "begin").fault(fault, instance === unseen ? "unwitnessed" : "witnessed");
  };
  addOnwardCalls(cell, "before, to echo-1", 30, {}, before);
  addOnwardCalls(cell, "before, to echo-2", 30, { onward: [{ at: "echo-2" }] });
  kill("echo-2");
  addOnwardCalls(cell, "the called one's proxy is dead", 40, REFUSED, called);
  addOnwardCalls(cell, "to the other meanwhile", 30, {}, meanwhile);
  kill("client-1");
  return addOnwardCalls(cell, "the caller's proxy is dead", 40, REFUSED, caller);
}

proveJudge(proxyDead, {
  beside: import.meta.url,
  keeps: { "nothing passes a dead proxy, on either side": () => cell() },
  breaks: {
    "one call gets past the called one's dead proxy": () => ({
      history: cell({ called: { onward: [{ at: "echo-2", via: ["client-1/outbound"], peer: "10.0.0.2" }] } }),
      says: /^the called one's proxy is dead: 1 of 40 do; the first at echo-2 through client-1\/outbound/,
    }),
    "one call gets past the caller's dead proxy": () => ({
      history: cell({ caller: { onward: [{ via: ["echo-1/inbound"] }], status: "OK" } }),
      says: /^the caller's proxy is dead: 1 of 40 do/,
    }),
    "a call past a dead proxy goes elsewhere": () => ({
      history: cell({ caller: { onward: [{ at: "echo-2", via: [] }] } }),
      says: /at echo-2 through no proxy/,
    }),
    "a call hangs in place of failing": () => ({
      history: cell({ caller: { tookMs: 4_000 } }),
      says: /4000\.0 ms/,
    }),
    "a call hangs until its deadline": () => ({
      history: cell({ called: { status: "DEADLINE_EXCEEDED", tookMs: 5_000 } }),
      says: /DEADLINE_EXCEEDED/,
    }),
    "it was not sound before": () => ({
      history: cell({ before: { onward: [], status: "UNAVAILABLE" } }),
      says: /^before, to echo-1/,
    }),
    "a call to the other fails meanwhile": () => ({
      history: cell({ meanwhile: { onward: [], status: "UNAVAILABLE" } }),
      says: /^to the other meanwhile/,
    }),
    "the client got no call itself": () => ({ history: cell({ caller: { at: [] } }) }),
    "nobody saw the called one's proxy die": () => ({
      history: cell({ unseen: "echo-2" }),
      verdict: "vacuous",
    }),
    "nobody saw the caller's proxy die": () => ({
      history: cell({ unseen: "client-1" }),
      verdict: "vacuous",
    }),
  },
});
