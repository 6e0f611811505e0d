import type { Check } from "../model/verdict.ts";
import { claim, verdictOf } from "./check.ts";
import type { Call, History } from "./history.ts";
import { ancestors, growForest, type SpanForest, type SpanNode } from "./span_forest.ts";

/** Service name under which the harness records its own span as the caller. */
const CALLER = "client";

/** What is wrong with the trace of one call; undefined when nothing is. */
type Flaw = (forest: SpanForest, call: Call) => string | undefined;

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
    `${name}: one trace over ${[CALLER, ...chain].join(" > ")}, each server span under its caller's ` +
    "client span, no orphans";
  const parties = new Set([CALLER, ...chain]);
  return everyTrace(history, calls, expected, (forest, call) => flawOfChain(forest, call, chain, parties));
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
  return everyTrace(history, calls, expected, (forest, call) => flawOfAttempts(forest, call, attempts));
}

function everyTrace(history: History, calls: readonly Call[], expected: string, flaw: Flaw): Check {
  if (calls.length === 0) return verdictOf("vacuous", expected, "no call was made");
  const forest = growForest(history.of("span"));
  for (const call of calls) {
    const wrong = flaw(forest, call);
    if (wrong !== undefined) return claim(expected, `${call.id}: ${wrong}`, false, [call.sent.seq]);
  }
  return claim(expected, `all ${calls.length} traces`, true, calls.slice(0, 1).map((call) => call.sent.seq));
}

function flawOfChain(
  forest: SpanForest,
  call: Call,
  chain: readonly string[],
  parties: ReadonlySet<string>,
): string | undefined {
  for (const [index, service] of chain.entries()) {
    const servers = serversOf(forest, call.id + "/1".repeat(index), service);
    const astray = flawOfTraceId(servers, call);
    if (astray !== undefined) return astray;
    const [server] = servers;
    if (server === undefined || servers.length !== 1) return `${servers.length} server spans of ${service}`;
    const caller = index === 0 ? CALLER : chain[index - 1];
    const above = ancestors(server).find(({ span }) => parties.has(span.serviceName))?.span;
    if (above?.serviceName !== caller || above?.spanKind !== "client") {
      return `the server span of ${service} stands under ${above ? describe(above) : "nothing"}, ` +
        `expected the client span of ${caller}`;
    }
  }
  return flawOfTree(forest, call);
}

/** One tree under the caller's span: no orphan, no circle, no second root. */
function flawOfTree(forest: SpanForest, call: Call): string | undefined {
  const trace = forest.traces.get(call.sent.traceId ?? "");
  const orphan = trace?.orphans[0];
  if (orphan !== undefined) return `${describe(orphan.span)} has no parent among the spans`;
  const circle = trace?.cyclic[0];
  if (circle !== undefined) return `${describe(circle.span)} is its own ancestor`;
  const astray = trace?.roots.find(({ span }) => span.spanId !== call.sent.spanId);
  return astray && `${describe(astray.span)} does not descend from the caller's span`;
}

function flawOfAttempts(forest: SpanForest, call: Call, attempts: number): string | undefined {
  const servers = serversOf(forest, call.id);
  const astray = flawOfTraceId(servers, call);
  if (astray !== undefined) return astray;
  if (servers.length !== attempts) return `${servers.length} server spans`;
  const attemptSpans = new Set<SpanNode>();
  for (const { parent } of servers) {
    if (parent === undefined || parent.span.serviceName === CALLER) {
      return "a server span has no span of the mesh above it";
    }
    attemptSpans.add(parent);
  }
  if (attemptSpans.size !== attempts) return `${attemptSpans.size} attempt spans for ${attempts} attempts`;
  const callSpans = new Set([...attemptSpans].map((attempt) => attempt.parent));
  const [callSpan] = callSpans;
  if (callSpans.size !== 1) return `attempt spans have ${callSpans.size} parents`;
  if (callSpan === undefined) return "attempt spans have no parent among the spans";
  if (callSpan.span.serviceName === CALLER) {
    return "the attempt spans have no call span of the mesh above them";
  }
  const descends = ancestors(callSpan).some(({ span }) => span.spanId === call.sent.spanId);
  return descends ? undefined : "the call span does not descend from the caller's span";
}

function serversOf(forest: SpanForest, id: string, service?: string): readonly SpanNode[] {
  return forest.ofRequest(id).filter(({ span }) =>
    span.spanKind === "server" && (service === undefined || span.serviceName === service)
  );
}

function flawOfTraceId(servers: readonly SpanNode[], call: Call): string | undefined {
  const astray = servers.find(({ span }) => span.traceId !== call.sent.traceId)?.span;
  if (astray === undefined) return undefined;
  return `${astray.serviceName} served under trace ${astray.traceId}, the caller's is ${call.sent.traceId}`;
}

function describe(span: SpanNode["span"]): string {
  return `${span.serviceName}/${span.spanKind} ${span.spanId}`;
}
