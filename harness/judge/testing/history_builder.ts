import type { EventBody, FaultEvent, HistoryEvent, SpanEvent } from "../../model/event.ts";
import type { Labels } from "../../model/scenario.ts";
import { JudgedHistory } from "../phase.ts";

/** One call as a test writes it; what is left out is what a sound call shows: one attempt at `echo-1`, OK, 2 ms. */
export interface CallSpec {
  readonly id?: string;
  readonly service?: string;
  /** When it was sent. Default: when the call before it was answered. */
  readonly sentT?: number;
  /** From sending to answer. */
  readonly tookMs?: number;
  /** The instances that received its attempts, in order. */
  readonly at?: readonly string[];
  readonly status?: string;
  readonly message?: string;
  /** Who answered, as the caller saw it. Default: the last of `at` when the status is OK. */
  readonly by?: string;
  /** False: no answer came. */
  readonly answered?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answerHeaders?: Readonly<Record<string, string>>;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly traceId?: string;
  readonly spanId?: string;
}

/** Writes histories by hand. Its clock moves with what is written; `t` puts an event elsewhere. */
export class HistoryBuilder {
  readonly events: HistoryEvent[] = [];
  /** Milliseconds: where the next event stands when nothing else is said. */
  nowT = 0;
  #calls = 0;

  /** The history as a scenario's judge is given it. */
  get judged(): JudgedHistory {
    return new JudgedHistory(this.events);
  }

  record(source: string, body: EventBody, t: number = this.nowT): this {
    this.events.push({ seq: this.events.length, t, source, ...body });
    this.nowT = Math.max(this.nowT, t);
    return this;
  }

  instance(instance: string, labels: Labels = {}, service = "echo"): this {
    return this.record("engine", { kind: "instance", service, instance, labels, address: "127.0.0.1:1" });
  }

  /** Lets time pass. */
  pass(durationMs: number): this {
    this.nowT += durationMs;
    return this;
  }

  call(phase: string, spec: CallSpec = {}): this {
    const id = spec.id ?? `cell#${++this.#calls}`;
    const { service = "echo", sentT = this.nowT, at = ["echo-1"], status = "OK", tookMs = 2 } = spec;
    const method = "Call";
    const headers = spec.headers ?? {};
    this.record("client", {
      kind: "request.sent",
      id,
      phase,
      service,
      method,
      headers,
      plannedT: sentT,
      deadlineMs: 5_000,
      ...(spec.traceId === undefined ? {} : { traceId: spec.traceId }),
      ...(spec.spanId === undefined ? {} : { spanId: spec.spanId }),
    }, sentT);
    // All attempts arrive within the first millisecond; each ends when the next one comes, the last with the answer.
    const arrivalT = (index: number) => sentT + Math.min(tookMs, 1) * (index + 1) / (at.length + 1);
    for (const [index, instance] of at.entries()) {
      const ordinal = at.slice(0, index + 1).filter((each) => each === instance).length;
      const endedT = index === at.length - 1 ? sentT + tookMs : arrivalT(index + 1);
      const source = `upstream:${instance}`;
      this.record(source, {
        kind: "attempt.received",
        id,
        instance,
        service,
        method,
        ordinal,
        headers,
      }, arrivalT(index));
      this.record(source, { kind: "attempt.ended", id, instance, ordinal, status }, endedT);
    }
    if (spec.answered === false) return this;
    return this.record("client", {
      kind: "request.answered",
      id,
      status,
      message: spec.message ?? "",
      instance: spec.by ?? (status === "OK" ? at.at(-1) ?? "" : ""),
      headers: spec.answerHeaders ?? {},
      trailers: spec.trailers ?? {},
    }, sentT + tookMs);
  }

  /**
   * The calls of one phase, one after another.
   *
   * @param odd What the last of them shows otherwise: one bad call in many must be enough. `count` overrides the
   * count.
   */
  calls(
    phase: string,
    count: number,
    spec: CallSpec | ((index: number) => CallSpec) = {},
    odd: CallSpec & { readonly count?: number } = {},
  ): this {
    const { count: total = count, ...last } = odd;
    for (let index = 0; index < total; index++) {
      const usual = typeof spec === "function" ? spec(index) : spec;
      this.call(phase, index === total - 1 ? { ...usual, ...last } : usual);
    }
    return this;
  }

  fault(fault: string, edge: FaultEvent["edge"] = "witnessed", detail = "seen from elsewhere"): this {
    return this.record("fault", { kind: "fault", fault, edge, detail });
  }

  converged(what: string, met = true): this {
    return this.record("engine", { kind: "converged", what, met, afterMs: met ? 10 : 2_000, limitMs: 2_000 });
  }

  /** The harness's own event loop was so late in the second that ends now. */
  lag(maxMs: number, t: number = this.nowT): this {
    return this.record("engine", { kind: "harness.lag", maxMs }, t);
  }

  /** Programs waited for a core for so long in the window that ends now. */
  waited(waitedMs: number, windowMs = 250, t: number = this.nowT): this {
    return this.record("engine", { kind: "machine.waited", waitedMs, windowMs }, t);
  }

  span(span: Partial<Omit<SpanEvent, "kind">> & Pick<SpanEvent, "traceId" | "spanId" | "serviceName">): this {
    return this.record("mesh", {
      kind: "span",
      parentSpanId: "",
      name: "meshproof.v1.Echo/Call",
      spanKind: "server",
      startT: this.nowT,
      endT: this.nowT,
      status: "unset",
      attributes: {},
      ...span,
    });
  }
}

/** A history to be written by hand. */
export function history(): HistoryBuilder {
  return new HistoryBuilder();
}
