import type { AttemptReceived, HistoryEvent } from "../model/event.ts";
import { VIA_HEADER, viaMarks } from "../model/interception.ts";
import type { Check } from "../model/verdict.ts";
import { claim, verdictOf } from "./check.ts";
import type { Call } from "./history.ts";
import type { Phase } from "./phase.ts";

/** What every onward call of a phase is expected to show. */
export interface OnwardExpectation {
  /** The one instance that receives it, once. */
  readonly at: string;
  /** The marks of the proxies that it went through, in order, each as often as it stands here. */
  readonly via: readonly string[];
  /** Where the instance's connection comes from, as an IP address. */
  readonly peer?: string;
}

type Received = HistoryEvent & AttemptReceived;

/**
 * Judges the onward call that each call of a phase made (`CallOptions.next` with one hop), by what upstreams received:
 * the id of an onward call is that of the call with `/1` behind it.
 *
 * @returns Vacuous when there was no call; else the first call that shows something else.
 */
export function everyOnwardCall(phase: Phase, { at, via, peer }: OnwardExpectation): Check {
  const from = peer === undefined ? "" : `, from ${peer}`;
  const expected = `${phase.name}: every onward call at ${at} alone, through ${listed(via)}${from}`;
  if (phase.calls.length === 0) return verdictOf("vacuous", expected, `${phase.name}: no call was made`);
  const wrong = phase.calls.flatMap((call) => {
    const found = onwardOf(phase, call);
    const isSound = found.length === 1 &&
      found.every((each) =>
        each.instance === at && listed(marksOf(each)) === listed(via) &&
        (peer === undefined || each.peer === peer)
      );
    return isSound ? [] : [{ call, found }];
  });
  const [first] = wrong;
  if (first === undefined) {
    const evidence = phase.calls.slice(0, 2).flatMap((call) => onwardOf(phase, call)).map(({ seq }) => seq);
    return claim(expected, `${phase.name}: all ${phase.calls.length} onward calls`, true, evidence);
  }
  const places = first.found.map((each) =>
    `at ${each.instance} through ${listed(marksOf(each))}, from ${each.peer ?? "an unknown address"}`
  );
  const actual = `${phase.name}: ${wrong.length} of ${phase.calls.length} otherwise; ${first.call.id}: ${
    places.join("; ") || `at no instance: ${first.call.answered?.message ?? "no answer"}`
  }`;
  const evidence = [first.call.sent.seq, ...first.found.map(({ seq }) => seq)];
  return claim(expected, actual, false, evidence);
}

/** No onward call of the phase was received anywhere, by whatever way. Vacuous when there was no call. */
export function noOnwardCall(phase: Phase): Check {
  const expected = `${phase.name}: no onward call reaches an upstream`;
  if (phase.calls.length === 0) return verdictOf("vacuous", expected, `${phase.name}: no call was made`);
  const received = phase.calls.flatMap((call) => onwardOf(phase, call));
  const [first] = received;
  const how = first === undefined
    ? ""
    : `; the first at ${first.instance} through ${listed(marksOf(first))}, from ${first.peer}`;
  return claim(
    expected,
    `${phase.name}: ${received.length} of ${phase.calls.length} do${how}`,
    first === undefined,
    received.map(({ seq }) => seq),
  );
}

function onwardOf({ history }: Phase, call: Call): Received[] {
  return history.of("attempt.received").filter(({ id }) => id === `${call.id}/1`);
}

function marksOf(received: Received): readonly string[] {
  return viaMarks(received.headers[VIA_HEADER]);
}

function listed(marks: readonly string[]): string {
  return marks.join(", ") || "no proxy";
}
