import type { ConnectionsCounted } from "../../harness/mod.ts";
import { history } from "../../harness/judge/testing/history_builder.ts";
import { addOnwardCalls, type OddOnward } from "../../harness/judge/testing/onward_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import captured from "./captured.ts";

const INSTANCES = ["echo-1", "echo-2", "other-1"];

interface Odd {
  /** Of the last call to `echo-2` beside the others. */
  readonly call?: OddOnward;
  /** Of the proxy in the pod of `echo-1`. */
  readonly proxy?: Partial<ConnectionsCounted["byProxy"]>;
  /** Of the client's program. */
  readonly program?: Partial<ConnectionsCounted["byOthers"]>;
  readonly isCounted?: boolean;
}

function cell({ call = {}, proxy = {}, program = {}, isCounted = true }: Odd = {}) {
  const cell = history();
  for (const instance of ["client-1", ...INSTANCES]) cell.instance(instance);
  for (const beside of ["", " beside the others"]) {
    for (const at of INSTANCES) {
      const odd = at === "echo-2" && beside !== "" ? call : {};
      addOnwardCalls(cell, `to ${at}${beside}`, 20, { onward: [{ at }] }, odd);
    }
  }
  for (const instance of isCounted ? ["client-1", ...INSTANCES] : []) {
    const straight = { toOutbound: 0, toInbound: 0, straight: 3 };
    cell.record("engine", {
      kind: "connections.counted",
      instance,
      byProxy: { ...straight, ...(instance === "echo-1" ? proxy : {}) },
      byOthers: { ...straight, toOutbound: 3, ...(instance === "client-1" ? program : {}) },
    });
  }
  return cell;
}

const BOTH = { "SID-01": "fail", "SID-02": "fail" } as const;

proveJudge(captured, {
  beside: import.meta.url,
  keeps: { "everything goes through both proxies once, to where it was dialled": () => cell() },
  breaks: {
    "one call goes to the first service": () => ({
      history: cell({ call: { onward: [{ at: "echo-1" }] } }),
      verdict: BOTH,
      says: /at echo-1 through/,
    }),
    "one call goes past the caller's proxy": () => ({
      history: cell({ call: { onward: [{ at: "echo-2", via: ["echo-2/inbound"] }] } }),
      verdict: BOTH,
    }),
    "one call goes past both": () => ({
      history: cell({ call: { onward: [{ at: "echo-2", via: [], peer: "10.0.0.2" }] } }),
      verdict: BOTH,
      says: /through no proxy, from 10\.0\.0\.2/,
    }),
    "one call goes through a proxy twice": () => ({
      history: cell({
        call: {
          onward: [{ at: "echo-2", via: ["client-1/outbound", "client-1/outbound", "echo-2/inbound"] }],
        },
      }),
      verdict: BOTH,
    }),
    "one call goes in a circle until it fails": () => ({
      history: cell({ call: { onward: [], status: "UNAVAILABLE", message: "in a circle" } }),
      verdict: BOTH,
    }),
    "the program sees another address than the proxy's": () => ({
      history: cell({ call: { onward: [{ at: "echo-2", peer: "10.0.0.2" }] } }),
      verdict: { "SID-01": "fail" },
    }),
    "a proxy's own connection is redirected to it": () => ({
      history: cell({ proxy: { toOutbound: 1 } }),
      verdict: { "SID-02": "fail" },
      says: /^echo-1: 1 to its outbound and 0 to its inbound port, 3 straight/,
    }),
    "a proxy calls its own inbound port": () => ({
      history: cell({ proxy: { toInbound: 1 } }),
      verdict: { "SID-02": "fail" },
    }),
    "the kernel saw no connection of a proxy's": () => ({
      history: cell({ proxy: { straight: 0 } }),
      verdict: { "SID-02": "fail" },
    }),
    "the kernel saw nothing captured": () => ({
      history: cell({ program: { toOutbound: 0 } }),
      verdict: { "SID-02": "fail" },
    }),
    "nobody counted": () => ({ history: cell({ isCounted: false }), verdict: { "SID-02": "vacuous" } }),
    "no call was made": () => ({
      history: history(),
      verdict: { "SID-01": "vacuous", "SID-02": "vacuous" },
    }),
  },
});
