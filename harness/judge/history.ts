import type {
  AttemptEnded,
  AttemptReceived,
  EventBody,
  HistoryEvent,
  RequestAnswered,
  RequestSent,
} from "../model/event.ts";
import type { Labels } from "../model/scenario.ts";

/** No window of the lag sampler is longer, unless the loop stood still, which its lag then tells. */
const LONGEST_LAG_WINDOW_MS = 250;

/** An event of one kind. */
export type Seen<Kind extends EventBody["kind"]> = Extract<HistoryEvent, { kind: Kind }>;

/** One attempt as an upstream instance saw it. */
export interface Attempt {
  readonly received: HistoryEvent & AttemptReceived;
  readonly ended: (HistoryEvent & AttemptEnded) | undefined;
}

/** One call with what both ends saw of it, joined by its request id. */
export interface Call {
  readonly id: string;
  readonly phase: string;
  readonly sent: HistoryEvent & RequestSent;
  readonly answered: (HistoryEvent & RequestAnswered) | undefined;
  /** In the order in which upstreams received them. */
  readonly attempts: readonly Attempt[];
}

/** A recorded history, joined and ready to be asked. Pure: built from events, changes nothing. */
export class History {
  readonly events: readonly HistoryEvent[];
  readonly calls: readonly Call[];
  readonly #byKind = new Map<EventBody["kind"], HistoryEvent[]>();
  readonly #attemptsById = new Map<string, Attempt[]>();
  readonly #labels = new Map<string, Labels>();

  constructor(events: readonly HistoryEvent[]) {
    this.events = [...events].sort((a, b) => a.t - b.t || a.seq - b.seq);
    const ended = new Map<string, HistoryEvent & AttemptEnded>();
    const answered = new Map<string, HistoryEvent & RequestAnswered>();
    for (const event of this.events) {
      const ofKind = this.#byKind.get(event.kind);
      if (ofKind === undefined) this.#byKind.set(event.kind, [event]);
      else ofKind.push(event);
      if (event.kind === "attempt.ended") ended.set(`${event.instance} ${event.id} ${event.ordinal}`, event);
      if (event.kind === "request.answered") answered.set(event.id, event);
      if (event.kind === "instance") this.#labels.set(event.instance, event.labels);
    }
    for (const event of this.of("attempt.received")) {
      const attempts = this.#attemptsById.get(event.id) ?? [];
      attempts.push({ received: event, ended: ended.get(`${event.instance} ${event.id} ${event.ordinal}`) });
      this.#attemptsById.set(event.id, attempts);
    }
    this.calls = this.of("request.sent").map((sent) => ({
      id: sent.id,
      phase: sent.phase,
      sent,
      answered: answered.get(sent.id),
      attempts: this.#attemptsById.get(sent.id) ?? [],
    }));
  }

  /** All events of one kind, in time. */
  of<Kind extends EventBody["kind"]>(kind: Kind): readonly Seen<Kind>[] {
    return (this.#byKind.get(kind) ?? []) as readonly HistoryEvent[] as readonly Seen<Kind>[];
  }

  /** The calls of one phase, in the order in which they were sent. */
  callsOf(phase: string): readonly Call[] {
    return this.calls.filter((call) => call.phase === phase);
  }

  /** What upstreams received under an id, be it a call's or that of a call that an instance made onward (`<id>/<n>`). */
  attemptsOf(id: string): readonly Attempt[] {
    return this.#attemptsById.get(id) ?? [];
  }

  /** Labels of an instance, empty when the roster does not name it. */
  labelsOf(instance: string): Labels {
    return this.#labels.get(instance) ?? {};
  }

  /** Whether an instance carries all of these labels. */
  inSubset(instance: string, labels: Labels): boolean {
    const own = this.labelsOf(instance);
    return Object.entries(labels).every(([name, value]) => own[name] === value);
  }

  /** When a condition was first seen to hold, with how long that took; undefined when it was never waited for. */
  converged(what: string): Seen<"converged"> | undefined {
    return this.of("converged").find((event) => event.what === what);
  }

  /** The fault's events by its name, in time. */
  faults(name: string): readonly Seen<"fault">[] {
    return this.of("fault").filter((event) => event.fault === name);
  }

  /**
   * How long at the most a program of this machine can have waited for a core in a span of time, in milliseconds; 0
   * where the kernel does not say.
   */
  waitedMs(fromT: number, toT: number): number {
    let waitedMs = 0;
    for (const window of this.of("machine.waited")) {
      // Within a window nobody knows when, so all of one that overlaps counts.
      if (window.t < fromT) continue;
      if (window.t - window.windowMs > toT) break;
      waitedMs += window.waitedMs;
    }
    return Math.min(waitedMs, Math.max(0, toT - fromT));
  }

  /** The worst lag of the harness's own event loop in a span of time, in milliseconds. */
  lagMs(fromT: number, toT: number): number {
    // A sample speaks of the window that ends with it, so the first one after the span still counts.
    let worst = 0;
    for (const sample of this.of("harness.lag")) {
      if (sample.t < fromT) continue;
      worst = Math.max(worst, sample.maxMs);
      if (sample.t > toT) break;
    }
    return worst;
  }

  /**
   * For how long at most the harness's own event loop can have been late by more than a budget in a span of time. Within a
   * window only the worst is known, so all of one with such a lag counts.
   */
  lateMs(fromT: number, toT: number, budgetMs: number): number {
    let lateMs = 0;
    let windowFromT = -Infinity;
    for (const sample of this.of("harness.lag")) {
      // The first sample tells no beginning; what it saw is at least as long as its lag.
      const windowMs = Math.max(sample.maxMs, Math.min(sample.t - windowFromT, LONGEST_LAG_WINDOW_MS));
      windowFromT = sample.t;
      if (sample.t < fromT) continue;
      if (sample.maxMs > budgetMs) lateMs += windowMs;
      if (sample.t > toT) break;
    }
    return lateMs;
  }
}

/** Milliseconds from sending to answer; infinite when no answer came. */
export function latencyMs(call: Call): number {
  return call.answered === undefined ? Infinity : call.answered.t - call.sent.t;
}
