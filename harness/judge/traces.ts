import type { Check } from "../model/verdict.ts";
import { claim, verdictOf } from "./check.ts";
import type { Call, History, Seen } from "./history.ts";

type Span = Seen<"span">;

/** The spans of one call's trace, indexed for walking towards the root. */
class Trace {
  readonly spans: readonly Span[];
  readonly #byId: ReadonlyMap<string, Span>;

  constructor(readonly call: Call, all: readonly Span[]) {
    this.spans = all.filter((span) => span.traceId === call.sent.traceId);
    this.#byId = new Map(this.spans.map((span) => [span.spanId, span]));
  }

  parentOf(span: Span): Span | undefined {
    return this.#byId.get(span.parentSpanId);
  }

  /** From the span's parent to the root; ends at a span that was seen before, so that a cycle ends too. */
  ancestorsOf(span: Span): readonly Span[] {
    const seen = new Set<Span>();
    let parent = this.parentOf(span);
    while (parent !== undefined && !seen.has(parent)) {
      seen.add(parent);
      parent = this.parentOf(parent);
    }
    return [...seen];
  }
}

function describe(span: Span): string {
  return `${span.serviceName}/${span.spanKind} ${span.spanId}`;
}

/**
 * OBS-01: over the whole chain one trace id, no orphans, and the nearest span of a service above each server span is
 * the client span of its caller. Spans of the mesh may stand between the two; they must be connected.
 *
 * @param chain The services that each call visits, in order; the caller itself is `client`.
 */
export function continuousTraces(
  history: History,
  name: string,
  calls: readonly Call[],
  chain: readonly string[],
): Check {
  const expected =
    `${name}: one trace over ${["client", ...chain].join(" > ")}, each server span under its caller's ` +
    "client span, no orphans";
  if (calls.length === 0) return verdictOf("vacuous", expected, "no call was made");
  const all = history.of("span");
  const parties = new Set(["client", ...chain]);
  for (const call of calls) {
    const wrong = flawOfChain(new Trace(call, all), chain, parties, all);
    if (wrong !== undefined) return claim(expected, `${call.id}: ${wrong}`, false, [call.sent.seq]);
  }
  return claim(
    expected,
    `all ${calls.length} traces are whole`,
    true,
    calls.slice(0, 1).map((call) => call.sent.seq),
  );
}

function flawOfChain(
  trace: Trace,
  chain: readonly string[],
  parties: ReadonlySet<string>,
  all: readonly Span[],
): string | undefined {
  for (const [index, service] of chain.entries()) {
    const id = trace.call.id + "/1".repeat(index);
    const mine = (span: Span) =>
      span.spanKind === "server" && span.serviceName === service && span.attributes["meshproof.id"] === id;
    const elsewhere = all.find((span) => mine(span) && span.traceId !== trace.call.sent.traceId);
    if (elsewhere !== undefined) {
      return `${service} served under trace ${elsewhere.traceId}, the caller's is ${trace.call.sent.traceId}`;
    }
    const servers = trace.spans.filter(mine);
    if (servers.length !== 1) return `${servers.length} server spans of ${service}`;
    const caller = index === 0 ? "client" : chain[index - 1];
    const above = trace.ancestorsOf(servers[0] as Span).find((span) => parties.has(span.serviceName));
    if (above?.serviceName !== caller || above?.spanKind !== "client") {
      return `the server span of ${service} stands under ${above ? describe(above) : "nothing"}, ` +
        `expected the client span of ${caller}`;
    }
  }
  const orphan = trace.spans.find((span) => span.parentSpanId !== "" && trace.parentOf(span) === undefined);
  return orphan === undefined ? undefined : `${describe(orphan)} has no parent among the spans`;
}

/**
 * OBS-04: each of `attempts` attempts of a call has a span of its own in the mesh: siblings under one call span,
 * which descends from the caller's client span, all of one trace; and each server span stands under one of them.
 */
export function spanPerAttempt(
  history: History,
  name: string,
  calls: readonly Call[],
  attempts: number,
): Check {
  const expected = `${name}: ${attempts} attempt spans under one call span under the caller's span`;
  if (calls.length === 0) return verdictOf("vacuous", expected, "no call was made");
  const all = history.of("span");
  for (const call of calls) {
    const wrong = flawOfAttempts(new Trace(call, all), attempts, all);
    if (wrong !== undefined) return claim(expected, `${call.id}: ${wrong}`, false, [call.sent.seq]);
  }
  return claim(expected, `all ${calls.length} calls`, true, calls.slice(0, 1).map((call) => call.sent.seq));
}

function flawOfAttempts(trace: Trace, attempts: number, all: readonly Span[]): string | undefined {
  const isServer = (span: Span) =>
    span.spanKind === "server" && span.attributes["meshproof.id"] === trace.call.id;
  const astray = all.find((span) => isServer(span) && span.traceId !== trace.call.sent.traceId);
  if (astray !== undefined) return `an attempt was served under another trace, ${astray.traceId}`;
  const servers = trace.spans.filter(isServer);
  if (servers.length !== attempts) return `${servers.length} server spans`;
  const attemptSpans = servers.map((server) => trace.parentOf(server));
  if (attemptSpans.some((span) => span === undefined || span.serviceName === "client")) {
    return "a server span has no span of the mesh above it";
  }
  const distinct = new Set(attemptSpans);
  if (distinct.size !== attempts) return `${distinct.size} attempt spans for ${attempts} attempts`;
  const callSpans = new Set(attemptSpans.map((span) => trace.parentOf(span as Span)));
  const [callSpan] = callSpans;
  if (callSpans.size !== 1 || callSpan === undefined) return `attempt spans have ${callSpans.size} parents`;
  if (callSpan.serviceName === "client") return "the attempt spans have no call span of the mesh above them";
  const root = trace.ancestorsOf(callSpan).some((span) => span.spanId === trace.call.sent.spanId);
  return root ? undefined : "the call span does not descend from the caller's span";
}
