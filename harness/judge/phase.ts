import type { Labels } from "../model/scenario.ts";
import type { Check } from "../model/verdict.ts";
import { type CallExpectation, everyCall } from "./calls.ts";
import { claim, claimWithin, verdictOf } from "./check.ts";
import { type Call, History } from "./history.ts";
import { ALPHA, binomialPValue } from "./statistics.ts";

/** The calls of one phase, and what can be claimed of them. */
export class Phase {
  constructor(readonly history: History, readonly name: string, readonly calls: readonly Call[]) {}

  /** Those of the calls that a condition picks; the name tells in the verdict which they are. */
  where(name: string, picks: (call: Call) => boolean): Phase {
    return new Phase(this.history, `${this.name}, ${name}`, this.calls.filter(picks));
  }

  /** See {@linkcode everyCall}. */
  everyCall(expectation: CallExpectation): Check {
    return everyCall(this.history, this.name, this.calls, expectation);
  }

  /** At least so many calls were made; fewer prove too little, which is inconclusive. */
  atLeast(count: number): Check {
    const expected = `${this.name}: at least ${count} calls`;
    const actual = `${this.name}: ${this.calls.length} calls`;
    return verdictOf(this.calls.length >= count ? "pass" : "inconclusive", expected, actual);
  }

  /** Exactly so many of the calls reached an upstream at all. */
  reachedUpstream(count: number): Check {
    const expected = `${this.name}: ${count} of ${this.calls.length} calls reach an upstream`;
    if (this.calls.length === 0) return verdictOf("vacuous", expected, "no call was made");
    const reached = this.calls.filter((call) => call.attempts.length > 0);
    if (this.calls.length < count) {
      return verdictOf("inconclusive", expected, `only ${this.calls.length} calls were made`);
    }
    return claim(
      expected,
      `${this.name}: ${reached.length} did`,
      reached.length === count,
      reached.flatMap((call) => call.attempts.map((attempt) => attempt.received.seq)),
    );
  }

  /** Each of the named instances received at least one attempt. */
  everyInstanceReceives(instances: readonly string[]): Check {
    const places = new Set(
      this.calls.flatMap((call) => call.attempts.map((attempt) => attempt.received.instance)),
    );
    const missing = instances.filter((instance) => !places.has(instance));
    const expected = `${this.name}: attempts at each of ${instances.join(", ")}`;
    if (this.calls.length === 0) return verdictOf("vacuous", expected, "no call was made");
    if (instances.length === 0) return verdictOf("vacuous", expected, "no instance is on the roster");
    return claim(
      expected,
      missing.length === 0 ? "each received some" : `none at ${missing.join(", ")}`,
      missing.length === 0,
    );
  }

  /**
   * The share of the calls that a subset received is the one that its weight promises: two-sided exact binomial
   * test at alpha 1e-4 (see `statistics.ts`), judged once.
   *
   * @param weight Share, 0 to 1.
   * @param samples Calls that the stated power needs; fewer are inconclusive.
   */
  share(labels: Labels, weight: number, samples: number): Check {
    const total = this.calls.length;
    const name = `${this.name}: share of ${JSON.stringify(labels)}`;
    const expected = `${name} is ${weight} (binomial, alpha ${ALPHA}, ${samples} calls)`;
    if (total < samples) return verdictOf("inconclusive", expected, `only ${total} calls`);
    const hits =
      this.calls.filter((call) =>
        call.attempts.some((attempt) => this.history.inSubset(attempt.received.instance, labels))
      ).length;
    const pValue = binomialPValue(hits, total, weight);
    return claim(
      expected,
      `${(hits / total).toFixed(4)} (${hits} of ${total}, p = ${pValue.toExponential(1)})`,
      pValue >= ALPHA,
    );
  }

  /** Attempts at upstreams for each call of the phase, on average, is at most `bound` and more than `above`. */
  attemptsPerCall(bound: number, above: number): Check {
    const attempts = this.calls.reduce((sum, call) => sum + call.attempts.length, 0);
    const expected = `${this.name}: attempts / calls > ${above} and <= ${bound}`;
    if (this.calls.length === 0) return verdictOf("vacuous", expected, "no call was made");
    const ratio = attempts / this.calls.length;
    return claim(
      expected,
      `${ratio.toFixed(3)} (${attempts} attempts, ${this.calls.length} calls)`,
      ratio <= bound && ratio > above,
    );
  }
}

/** The history as scenarios are given it. */
export class JudgedHistory extends History {
  /** The calls of a phase. A phase without calls proves nothing: its checks are vacuous. */
  phase(name: string): Phase {
    return new Phase(this, name, this.callsOf(name));
  }

  /** The condition of that name was met within its limit; a miss is inconclusive while the harness itself was late. */
  metInTime(what: string): Check {
    const event = this.converged(what);
    if (event === undefined) return verdictOf("vacuous", what, "it was never waited for");
    const { met, afterMs, limitMs, t, seq } = event;
    const span = { fromT: t - afterMs, toT: met ? t : Infinity };
    return claimWithin(this, what, span, limitMs, [seq]);
  }

  /** When an event of the registry about an instance was first seen, at or after a moment. */
  registryT(operation: string, instance: string, fromT = 0): number | undefined {
    return this.of("registry").find((event) =>
      event.operation === operation && event.instance === instance && event.t >= fromT
    )?.t;
  }
}
