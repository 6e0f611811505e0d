import type { SpanEvent } from "../model/event.ts";

/** Attribute by which a span names the request that it belongs to. */
export const REQUEST_ID_ATTRIBUTE = "meshproof.id";

/** A span and its place in its trace. */
export interface SpanNode<Span extends SpanEvent = SpanEvent> {
  readonly span: Span;
  /** Absent for a root, and for an orphan. */
  readonly parent: SpanNode<Span> | undefined;
  /** By start, then as received. */
  readonly children: readonly SpanNode<Span>[];
}

/** All spans of one trace id. */
export interface Trace<Span extends SpanEvent = SpanEvent> {
  readonly traceId: string;
  readonly nodes: readonly SpanNode<Span>[];
  /** Spans without a parent id. */
  readonly roots: readonly SpanNode<Span>[];
  /** Spans whose parent id is no span of the trace. */
  readonly orphans: readonly SpanNode<Span>[];
  /** Spans that are their own ancestors. */
  readonly cyclic: readonly SpanNode<Span>[];
  /** Spans whose id an earlier span of the trace has: exported twice, or ended twice. They are no one's parent. */
  readonly duplicates: readonly SpanNode<Span>[];
}

/** All traces of a set of spans. */
export interface SpanForest<Span extends SpanEvent = SpanEvent> {
  /** By trace id, in the order in which the traces first occur. */
  readonly traces: ReadonlyMap<string, Trace<Span>>;
  readonly nodes: readonly SpanNode<Span>[];
  readonly orphans: readonly SpanNode<Span>[];
  node(traceId: string, spanId: string): SpanNode<Span> | undefined;
  /** Spans that name this request id, in the order received. */
  ofRequest(id: string): readonly SpanNode<Span>[];
}

/** A node while its tree grows. */
interface Growing<Span extends SpanEvent> {
  readonly span: Span;
  parent: Growing<Span> | undefined;
  readonly children: Growing<Span>[];
}

/**
 * Builds the trees of spans that arrived in any order. Nothing is thrown for a broken trace: what is broken is told
 * by `orphans`, `cyclic` and `duplicates`.
 *
 * @param spans In the order received.
 */
export function growForest<Span extends SpanEvent>(spans: Iterable<Span>): SpanForest<Span> {
  const byTrace = new Map<string, Growing<Span>[]>();
  const byId = new Map<string, Growing<Span>>();
  const byRequest = new Map<string, Growing<Span>[]>();
  const nodes: Growing<Span>[] = [];
  const duplicates = new Set<Growing<Span>>();
  for (const span of spans) {
    const node: Growing<Span> = { span, parent: undefined, children: [] };
    nodes.push(node);
    append(byTrace, span.traceId, node);
    const key = keyOf(span.traceId, span.spanId);
    if (byId.has(key)) duplicates.add(node);
    else byId.set(key, node);
    const request = span.attributes[REQUEST_ID_ATTRIBUTE];
    if (request !== undefined) append(byRequest, request, node);
  }
  for (const node of nodes) {
    const { traceId, parentSpanId } = node.span;
    if (parentSpanId === "") continue;
    node.parent = byId.get(keyOf(traceId, parentSpanId));
    node.parent?.children.push(node);
  }
  for (const node of nodes) node.children.sort((a, b) => a.span.startT - b.span.startT);

  const traces = new Map<string, Trace<Span>>();
  for (const [traceId, members] of byTrace) {
    traces.set(traceId, {
      traceId,
      nodes: members,
      roots: members.filter((node) => node.span.parentSpanId === ""),
      orphans: members.filter((node) => node.span.parentSpanId !== "" && node.parent === undefined),
      cyclic: members.filter(isOwnAncestor),
      duplicates: members.filter((node) => duplicates.has(node)),
    });
  }
  return {
    traces,
    nodes,
    orphans: [...traces.values()].flatMap((trace) => trace.orphans),
    node: (traceId, spanId) => byId.get(keyOf(traceId, spanId)),
    ofRequest: (id) => byRequest.get(id) ?? [],
  };
}

/**
 * The spans above a span, its parent first. Ends at a root, at an orphan, or before it would come round in a cycle.
 *
 * @param node Where to start; not among the result.
 */
export function ancestors<Span extends SpanEvent>(node: SpanNode<Span>): SpanNode<Span>[] {
  const above: SpanNode<Span>[] = [];
  const seen = new Set<SpanNode<Span>>([node]);
  for (let next = node.parent; next !== undefined && !seen.has(next); next = next.parent) {
    seen.add(next);
    above.push(next);
  }
  return above;
}

/**
 * The spans below a span, each parent before its children. A cycle is walked once.
 *
 * @param node Where to start; not among the result.
 */
export function descendants<Span extends SpanEvent>(node: SpanNode<Span>): SpanNode<Span>[] {
  const below: SpanNode<Span>[] = [];
  const seen = new Set<SpanNode<Span>>([node]);
  const waiting = [...node.children].reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    below.push(next);
    waiting.push(...[...next.children].reverse());
  }
  return below;
}

function isOwnAncestor<Span extends SpanEvent>(node: SpanNode<Span>): boolean {
  const seen = new Set<SpanNode<Span>>();
  for (let next = node.parent; next !== undefined && !seen.has(next); next = next.parent) {
    if (next === node) return true;
    seen.add(next);
  }
  return false;
}

function keyOf(traceId: string, spanId: string): string {
  return `${traceId}/${spanId}`;
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
