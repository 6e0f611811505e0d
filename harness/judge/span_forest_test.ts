import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { SpanEvent } from "../model/event.ts";
import { ancestors, descendants, growForest, type SpanNode } from "./span_forest.ts";

function span(spanId: string, parentSpanId = "", more: Partial<SpanEvent> = {}): SpanEvent {
  return {
    kind: "span",
    traceId: "t",
    spanId,
    parentSpanId,
    name: spanId,
    spanKind: "internal",
    serviceName: "s",
    startT: 0,
    endT: 1,
    status: "unset",
    attributes: {},
    ...more,
  };
}

const ids = (nodes: readonly SpanNode[]) => nodes.map((node) => node.span.spanId);

Deno.test("growForest builds a tree from spans in any order, children by their start", () => {
  const forest = growForest([
    span("c", "b", { startT: 5 }),
    span("d", "b", { startT: 4 }),
    span("b", "a"),
    span("a"),
  ]);
  const trace = forest.traces.get("t");
  assertEquals(ids(trace?.roots ?? []), ["a"]);
  assertEquals([trace?.orphans, trace?.cyclic, trace?.duplicates], [[], [], []]);
  assertEquals(ids(forest.node("t", "b")?.children ?? []), ["d", "c"]);
  const leaf = forest.node("t", "c");
  assertEquals(ids(leaf === undefined ? [] : ancestors(leaf)), ["b", "a"]);
  const root = forest.node("t", "a");
  assertEquals(ids(root === undefined ? [] : descendants(root)), ["b", "d", "c"]);
});

Deno.test("growForest keeps traces apart, also where span ids are the same", () => {
  const forest = growForest([span("a"), span("b", "a", { traceId: "u" }), span("a", "", { traceId: "v" })]);
  assertEquals([...forest.traces.keys()], ["t", "u", "v"]);
  assertEquals(ids(forest.orphans), ["b"]);
  assertEquals(forest.traces.get("u")?.roots, []);
  assertEquals(forest.node("t", "a")?.children, []);
});

Deno.test("growForest tells orphans, and the spans below them keep their parent", () => {
  const forest = growForest([span("b", "missing"), span("c", "b")]);
  assertEquals(ids(forest.orphans), ["b"]);
  assertEquals(forest.node("t", "c")?.parent?.span.spanId, "b");
});

Deno.test("growForest tells duplicates, which are no one's parent", () => {
  const forest = growForest([span("a"), span("a", "", { name: "again" }), span("b", "a")]);
  assertEquals(forest.traces.get("t")?.duplicates.map((node) => node.span.name), ["again"]);
  assertEquals(forest.node("t", "b")?.parent?.span.name, "a");
});

Deno.test("growForest and its walks end on cycles, and name the spans in them", () => {
  const forest = growForest([span("a", "c"), span("b", "a"), span("c", "b"), span("d", "c"), span("e", "e")]);
  assertEquals(ids(forest.traces.get("t")?.cyclic ?? []), ["a", "b", "c", "e"]);
  const [a, d, e] = [forest.node("t", "a"), forest.node("t", "d"), forest.node("t", "e")];
  if (a === undefined || d === undefined || e === undefined) throw new Error("a node is missing");
  assertEquals(ids(ancestors(d)), ["c", "b", "a"]);
  assertEquals(ids(ancestors(a)), ["c", "b"]);
  assertEquals(ids(ancestors(e)), []);
  assertEquals(ids(descendants(a)), ["b", "c", "d"]);
});

Deno.test("SpanForest.ofRequest finds spans by their request id", () => {
  const named = { attributes: { "meshproof.id": "r1" } };
  const forest = growForest([span("a", "", named), span("b", "a"), span("c", "a", named)]);
  assertEquals(ids(forest.ofRequest("r1")), ["a", "c"]);
  assertEquals(forest.ofRequest("r2"), []);
});

Deno.test("property: growForest and its walks end for any parents, and lose no span", () => {
  const some = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 12 })), { maxLength: 25 });
  fc.assert(fc.property(some, (pairs) => {
    const forest = growForest(pairs.map(([id, parent]) => span(`${id}`, parent > 10 ? "" : `${parent}`)));
    assertEquals(forest.nodes.length, pairs.length);
    for (const node of forest.nodes) {
      const above = ancestors(node);
      assertEquals(new Set(above).size, above.length);
      assertEquals(above.every((upper) => descendants(upper).includes(node)), true);
    }
  }));
});
