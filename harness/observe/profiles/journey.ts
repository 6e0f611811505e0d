import type { Policy } from "../../model/policy.ts";
import { type JourneyCall, type JourneySource, microseconds } from "./journey_source.ts";
import { shareTime, type Window } from "./journey_time.ts";
import { lastKnownUs, type Visit, VisitTrees } from "./journey_tree.ts";
import { faultsInForce, headerBytes, routeName } from "./journey_words.ts";
import { type StackSample, StackSums, type ValueKind } from "./stack_profile.ts";

/** What a journey counts, in this order. */
export const JOURNEY_KINDS = [
  { type: "requests", unit: "count" },
  { type: "attempts", unit: "count" },
  // From sending to the answer, back-off included.
  { type: "latency", unit: "microseconds" },
  // From plan to sending.
  { type: "queue", unit: "microseconds" },
  { type: "backoff", unit: "microseconds" },
  // Of header and trailer fields, names and values: bodies are in no ledger.
  { type: "bytes", unit: "bytes" },
] as const satisfies readonly ValueKind[];

type Values = Partial<Record<typeof JOURNEY_KINDS[number]["type"], number>>;

/** Where a history comes from. */
export interface JourneyPlace {
  readonly mesh: string;
  readonly cell: string;
  readonly scenario: string;
  /** Names the subsets of routes; the one that the cell began with. */
  readonly policy?: Policy;
}

/**
 * The way of every call, as stacks: scenario > route > hop > attempt > fault in force > outcome, and beneath that, in
 * the same manner, the calls that the instance made onward. What no upstream had in its hands is `in the mesh`; what
 * lies between two attempts is the back-off before the second. Pure.
 *
 * Every moment of a call stands at exactly one stack, so that latencies add up to those of the calls. The request
 * itself, its queue and its answer stand at the attempt that came last.
 *
 * @returns Samples with values in the order of {@linkcode JOURNEY_KINDS}.
 */
export function journeyOf(source: JourneySource, place: JourneyPlace): readonly StackSample[] {
  const journey = new Journey(source, place);
  for (const call of source.calls) journey.add(call);
  return journey.sums.samples;
}

class Journey {
  readonly sums = new StackSums();
  readonly #source: JourneySource;
  readonly #place: JourneyPlace;
  readonly #trees: VisitTrees;
  readonly #faultAt: (t: number) => string;
  #phase = "";

  constructor(source: JourneySource, place: JourneyPlace) {
    this.#source = source;
    this.#place = place;
    this.#trees = new VisitTrees(source);
    this.#faultAt = faultsInForce(source.of("fault"));
  }

  add({ id, phase, sent, answered }: JourneyCall): void {
    this.#phase = phase;
    const visits = this.#trees.of(id);
    const sentUs = microseconds(sent.t);
    const endUs = answered === undefined ? lastKnownUs(visits) : microseconds(answered.t);
    const base = [this.#place.scenario];
    const hop = this.#hop(base, "harness", sent.service, sent.method, id);
    const bare = [...hop, "in the mesh", this.#faultAt(sent.t), answered?.status ?? "no answer"];
    for (const window of this.#share(() => hop, visits, [[sentUs, Math.max(sentUs, endUs)]])) {
      this.#count(bare, "", { latency: length(window) });
    }
    const last = visits.at(-1);
    this.#count(last === undefined ? bare : this.#attempt(hop, last), last?.attempt.received.instance ?? "", {
      requests: 1,
      queue: Math.max(0, sentUs - microseconds(sent.plannedT)),
      bytes: answered === undefined ? 0 : headerBytes(answered.headers) + headerBytes(answered.trailers),
    });
  }

  /** Counts some visits with all that is beneath them; gives back the time that was nobody's. */
  #share(
    hopOf: (visit: Visit) => readonly string[],
    visits: readonly Visit[],
    windows: readonly Window[],
  ): readonly Window[] {
    const { own, gaps, rest } = shareTime(windows, visits);
    for (const visit of visits) {
      const { received } = visit.attempt;
      const stack = this.#attempt(hopOf(visit), visit);
      const onward = ({ id, attempt: { received: { service, method } } }: Visit) =>
        this.#hop(stack, received.service, service, method, id);
      let latency = 0;
      for (const window of this.#share(onward, visit.onward, own.get(visit) ?? [])) latency += length(window);
      this.#count(stack, received.instance, { attempts: 1, latency, bytes: headerBytes(received.headers) });
    }
    for (const { window, before } of gaps) {
      const stack = [
        ...hopOf(before),
        `back-off before attempt ${before.number}`,
        this.#faultAt(window[0] / 1000),
      ];
      this.#count(stack, "", { latency: length(window), backoff: length(window) });
    }
    return rest;
  }

  #hop(
    base: readonly string[],
    caller: string,
    service: string,
    method: string,
    id: string,
  ): readonly string[] {
    const instance = this.#source.attemptsOf(id).at(-1)?.received.instance;
    const labels = instance === undefined ? undefined : this.#source.labelsOf(instance);
    return [...base, routeName(service, method, labels, this.#place.policy), `${caller} → ${service}`];
  }

  #attempt(hop: readonly string[], { number, attempt: { received, ended } }: Visit): readonly string[] {
    return [...hop, `attempt ${number}`, this.#faultAt(received.t), ended?.status ?? "no end seen"];
  }

  #count(stack: readonly string[], instance: string, values: Values): void {
    const { mesh, cell } = this.#place;
    this.sums.add({
      stack: stack.map((name) => ({ name })),
      values: JOURNEY_KINDS.map(({ type }) => values[type] ?? 0),
      labels: { mesh, cell, phase: this.#phase, instance },
    });
  }
}

function length([from, to]: Window): number {
  return to - from;
}
