import type { SpanEvent } from "../../model/event.ts";
import { history, type HistoryBuilder } from "./history_builder.ts";

/** A span as a test writes it; the trace is the call's and the kind is server unless said otherwise. */
export type SpanSpec =
  & Partial<Omit<SpanEvent, "kind" | "spanKind">>
  & Pick<SpanEvent, "spanId" | "serviceName">
  & { readonly kind?: SpanEvent["spanKind"] };

/** A trace by its spans' ids; tests take out, replace or add some. */
export type TraceSpec = Readonly<Record<string, SpanSpec | undefined>>;

const TRACE_ID = "a".repeat(32);
/** The caller's own span. */
export const CALLER_SPAN_ID = "c".repeat(16);

/** A span of the trace: `span("s1", "front", "server", "m2")` stands under the span `m2`. */
export function span(
  spanId: string,
  serviceName: string,
  kind: SpanEvent["spanKind"],
  parentSpanId: string,
  requestId?: string,
): SpanSpec {
  const attributes = requestId === undefined ? {} : { attributes: { "meshproof.id": requestId } };
  return { spanId, serviceName, kind, parentSpanId, ...attributes };
}

/** A history with one traced call, `call#1`, of phase `chain`, and these spans beside the caller's own. */
export function traced(spec: TraceSpec, at: readonly string[] = ["front-1"]): HistoryBuilder {
  const builder = history().call("chain", {
    id: "call#1",
    service: "front",
    at,
    traceId: TRACE_ID,
    spanId: CALLER_SPAN_ID,
  });
  return addSpans(builder, spec, TRACE_ID);
}

/** Puts a trace's spans on a history, children first: spans arrive in any order. */
export function addSpans(builder: HistoryBuilder, spec: TraceSpec, traceId: string): HistoryBuilder {
  for (const each of Object.values(spec).reverse()) {
    if (each === undefined) continue;
    const { kind, ...body } = each;
    builder.span({ traceId, ...body, ...(kind === undefined ? {} : { spanKind: kind }) });
  }
  return builder;
}

/** Client, then front, middle and back, each behind a span of the mesh; ids as the echo services give them. */
export function chainOfThree(id = "call#1", caller = CALLER_SPAN_ID): TraceSpec {
  return {
    client: span(caller, "client", "client", "", id),
    mesh1: span("m1", "reference", "client", caller),
    front: span("s1", "front", "server", "m1", id),
    frontOut: span("o1", "front", "client", "s1"),
    mesh2: span("m2", "reference", "client", "o1"),
    middle: span("s2", "middle", "server", "m2", `${id}/1`),
    middleOut: span("o2", "middle", "client", "s2"),
    mesh3: span("m3", "reference", "client", "o2"),
    back: span("s3", "back", "server", "m3", `${id}/1/1`),
  };
}

/** One call of three attempts: caller, call span, three attempt spans, a server span under each. */
export function threeAttempts(id = "call#1", caller = CALLER_SPAN_ID): TraceSpec {
  return {
    client: span(caller, "client", "client", "", id),
    call: span("call", "reference", "internal", caller),
    attempt1: span("t1", "reference", "client", "call"),
    attempt2: span("t2", "reference", "client", "call"),
    attempt3: span("t3", "reference", "client", "call"),
    server1: span("s1", "echo", "server", "t1", id),
    server2: span("s2", "echo", "server", "t2", id),
    server3: span("s3", "echo", "server", "t3", id),
  };
}
