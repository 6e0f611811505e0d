import { history } from "../../harness/judge/testing/history_builder.ts";
import { addOnwardCalls, type OddOnward } from "../../harness/judge/testing/onward_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import exclusions from "./exclusions.ts";

type Service = "echo" | "metrics" | "database";

function cell(odd: Partial<Record<Service, OddOnward>> = {}) {
  const cell = history();
  for (const service of ["echo", "metrics", "database"] as const) {
    const at = `${service}-1`;
    const inbound = [`${at}/inbound`];
    const usual = service === "echo" ? { at } : { at, via: inbound };
    addOnwardCalls(cell, `to ${service}`, 30, { onward: [usual] }, odd[service]);
  }
  return cell;
}

const both = (at: string) => ["client-1/outbound", `${at}/inbound`];

proveJudge(exclusions, {
  beside: import.meta.url,
  keeps: { "what is excluded goes past the caller's proxy, and nothing else": () => cell() },
  breaks: {
    "an excluded port is captured": () => ({
      history: cell({ metrics: { onward: [{ at: "metrics-1", via: both("metrics-1") }] } }),
      says: /^to metrics: 1 of 30 otherwise/,
    }),
    "an excluded address is captured": () => ({
      history: cell({ database: { onward: [{ at: "database-1", via: both("database-1") }] } }),
      says: /^to database: 1 of 30 otherwise/,
    }),
    "nothing is captured at all": () => ({
      history: cell({ echo: { onward: [{ via: [], peer: "10.0.0.2" }] } }),
      says: /^to echo: 1 of 30 otherwise.*through no proxy/,
    }),
    "everything is excluded": () => ({
      history: cell({ echo: { onward: [{ via: ["echo-1/inbound"] }] } }),
      says: /^to echo/,
    }),
    "what is excluded fails": () => ({
      history: cell({ database: { onward: [], status: "UNAVAILABLE" } }),
      says: /^to database/,
    }),
    "no call was made": () => ({ history: history(), verdict: "vacuous" }),
  },
});
