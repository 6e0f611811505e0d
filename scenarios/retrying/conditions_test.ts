import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import conditions from "./conditions.ts";

const LISTED = ["UNAVAILABLE", "RESOURCE_EXHAUSTED"];
const UNLISTED = [
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];
const THREE = ["echo-1", "echo-1", "echo-1"];

function cell(odd: Readonly<Record<string, CallSpec & { count?: number }>> = {}) {
  const cell = history().instance("echo-1");
  for (const status of LISTED) cell.calls(status, 20, { at: THREE, status }, odd[status]);
  for (const status of [...UNLISTED, "OK"]) cell.calls(status, 20, { status }, odd[status]);
  return cell;
}

proveJudge(conditions, {
  beside: import.meta.url,
  keeps: { "the listed are retried, the others are not": () => cell() },
  breaks: {
    ...Object.fromEntries(
      UNLISTED.map((status) => [`${status} is retried`, () => ({
        history: cell({ [status]: { at: THREE } }),
        says: new RegExp(`^${status}: 1 of 20`),
      })]),
    ),
    ...Object.fromEntries(
      LISTED.map((status) => [`${status} is not retried`, () => ({
        history: cell({ [status]: { at: ["echo-1"] } }),
        says: new RegExp(`^${status}: 1 of 20`),
      })]),
    ),
    "another status is told": () => ({
      history: cell({ NOT_FOUND: { status: "UNKNOWN" } }),
      says: /^NOT_FOUND/,
    }),
    "a success is made twice": () => ({ history: cell({ OK: { at: ["echo-1", "echo-1"] } }), says: /^OK/ }),
    "one status was never tried": () => ({ history: cell({ ABORTED: { count: 0 } }), verdict: "vacuous" }),
  },
});
