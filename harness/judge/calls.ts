import type { Labels } from "../model/scenario.ts";
import type { Check } from "../model/verdict.ts";
import { claim, claimWithin, verdictOf, waiting } from "./check.ts";
import { type Call, type History, latencyMs } from "./history.ts";

/** What every call of a phase is expected to show. Each field that is given is judged; an unknown one is an error. */
export interface CallExpectation {
  /** Status name as the caller saw it; of several, any. */
  readonly status?: string | readonly string[];
  /** Attempts that upstreams received for the call. */
  readonly attempts?: number;
  /** Labels of every instance that received an attempt, and of the one that answered. */
  readonly subset?: Labels;
  /** Milliseconds from sending to answer, at the most; blamed on the harness when it was late itself. */
  readonly withinMs?: number;
  /** Milliseconds from sending to answer, at the least. */
  readonly afterMs?: number;
  /** Something in the answer's message or metadata that matches. */
  readonly says?: RegExp;
  /** Instances that must not receive any attempt. */
  readonly notAt?: readonly string[];
}

type Judge<Value> = (history: History, call: Call, value: Value) => Check;

const JUDGES: { readonly [Field in keyof CallExpectation]-?: Judge<NonNullable<CallExpectation[Field]>> } = {
  status: (history, call, value) => {
    const allowed = typeof value === "string" ? [value] : value;
    const status = call.answered?.status ?? "no answer";
    const check = claim(
      `status ${allowed.join(" or ")}`,
      `status ${status}`,
      allowed.includes(status),
      evidenceOf(call),
    );
    // The caller itself gave up: what the mesh would have answered in the end, nobody knows.
    const { deadlineMs } = call.sent;
    if (check.verdict === "pass" || status !== "DEADLINE_EXCEEDED" || latencyMs(call) < deadlineMs) {
      return check;
    }
    return waiting(history, { fromT: call.sent.t, toT: call.sent.t + deadlineMs }, deadlineMs / 2, check);
  },
  attempts: (_history, call, value) =>
    claim(
      `${value} attempts upstream`,
      `${call.attempts.length} attempts upstream`,
      call.attempts.length === value,
      evidenceOf(call),
    ),
  subset: (history, call, labels) => {
    const places = call.attempts.map((attempt) => attempt.received.instance);
    const answeredBy = call.answered?.instance;
    if (answeredBy) places.push(answeredBy);
    const strays = places.filter((instance) => !history.inSubset(instance, labels));
    const holds = places.length > 0 && strays.length === 0;
    const actual = places.length === 0 ? "at no instance" : `at ${[...new Set(places)].join(", ")}`;
    return claim(`at instances with ${JSON.stringify(labels)} alone`, actual, holds, evidenceOf(call));
  },
  withinMs: (history, call, boundMs) =>
    claimWithin(
      history,
      "answered",
      { fromT: call.sent.t, toT: call.answered?.t ?? Infinity },
      boundMs,
      evidenceOf(call),
    ),
  afterMs: (_history, call, boundMs) =>
    claim(
      `answered after ${boundMs} ms or more`,
      call.answered === undefined ? "never" : `after ${latencyMs(call).toFixed(1)} ms`,
      call.answered !== undefined && latencyMs(call) >= boundMs,
      evidenceOf(call),
    ),
  says: (_history, call, pattern) => {
    const answer = call.answered;
    const words = answer === undefined
      ? ""
      : [answer.message, ...pairs(answer.headers), ...pairs(answer.trailers)].join(" | ");
    // Not `test`: a pattern with the flag g would remember where it left off in the call before.
    const holds = words.search(pattern) >= 0;
    return claim(`answer says ${pattern}`, `answer says "${words}"`, holds, evidenceOf(call));
  },
  notAt: (_history, call, instances) => {
    const strays = call.attempts.filter((attempt) => instances.includes(attempt.received.instance));
    const actual = strays.length === 0 ? "none" : `${strays.length} at ${strays[0]?.received.instance}`;
    return claim(`no attempt at ${instances.join(", ")}`, actual, strays.length === 0, evidenceOf(call));
  },
};

function pairs(metadata: Readonly<Record<string, string>>): string[] {
  return Object.entries(metadata).map(([name, value]) => `${name}: ${value}`);
}

function evidenceOf(call: Call): number[] {
  const numbers = [call.sent.seq, ...call.attempts.map((attempt) => attempt.received.seq)];
  return call.answered === undefined ? numbers : [...numbers, call.answered.seq];
}

/**
 * Judges every one of some calls by the same expectation.
 *
 * @param name What the calls are called in the verdict, usually the phase.
 * @returns One check: vacuous when there was no call; else the first field that failed, in the first call where one
 * did; a doubt counts only where nothing failed.
 * @throws TypeError When the expectation has a field that no judge reads, or none at all.
 */
export function everyCall(
  history: History,
  name: string,
  calls: readonly Call[],
  expectation: CallExpectation,
): Check {
  const fields = Object.entries(expectation).filter(([, value]) => value !== undefined);
  const unread = fields.filter(([field]) => !Object.hasOwn(JUDGES, field)).map(([field]) => field);
  if (unread.length > 0 || fields.length === 0) {
    const found = unread.length > 0 ? unread.join(", ") : "no field";
    throw new TypeError(
      `Cannot judge "${name}": expected fields of ${Object.keys(JUDGES).join(", ")}, found ${found}`,
    );
  }
  const demand = fields.map(([field, value]) => `${field} ${describe(value)}`).join(", ");
  const expected = `${name}: every call ${demand}`;
  if (calls.length === 0) return verdictOf("vacuous", expected, `${name}: no call was made`);
  const failures: { readonly call: Call; readonly check: Check }[] = [];
  for (const call of calls) {
    const wrong = fields
      .map(([field, value]) =>
        (JUDGES[field as keyof CallExpectation] as Judge<unknown>)(history, call, value)
      )
      .filter((check) => check.verdict !== "pass");
    const check = wrong.find(({ verdict }) => verdict === "fail") ?? wrong[0];
    if (check !== undefined) failures.push({ call, check });
  }
  const first = failures.find(({ check }) => check.verdict === "fail") ?? failures[0];
  if (first === undefined) {
    const evidence = calls.slice(0, 1).flatMap(evidenceOf);
    return claim(expected, `${name}: all ${calls.length} calls`, true, evidence);
  }
  const actual = `${name}: ${failures.length} of ${calls.length} calls otherwise; ${first.call.id}: ` +
    `${first.check.actual} (expected ${first.check.expected})`;
  return verdictOf(first.check.verdict, expected, actual, first.check.evidence);
}

function describe(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}
