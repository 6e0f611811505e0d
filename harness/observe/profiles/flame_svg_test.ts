import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { create } from "xmlbuilder2";
import { flameSvg } from "./flame_svg.ts";
import { type FlameNode, flameTree } from "./flame_tree.ts";
import { quantityText } from "./quantity_text.ts";
import type { StackProfile } from "./stack_profile.ts";

const OPTIONS = { title: "a title", kind: "cpu" };

function profileOf(stacks: readonly (readonly [names: readonly string[], value: number])[]): StackProfile {
  return {
    kinds: [{ type: "cpu", unit: "nanoseconds" }],
    samples: stacks.map(([names, value]) => ({
      stack: names.map((name) => ({ name })),
      values: [value],
      labels: {},
    })),
  };
}

interface Drawn {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly colour: string;
}

function framesOf(svg: string): Drawn[] {
  const frame =
    /<g class="frame" data-name="([^"]*)"><title>[^<]*<\/title><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="17" rx="1" fill="([^"]*)"/g;
  return [...svg.matchAll(frame)].map(([, name = "", x, y, width, colour = ""]) => ({
    name,
    x: Number(x),
    y: Number(y),
    width: Number(width),
    colour,
  }));
}

Deno.test("flameSvg: children lie side by side within their parent, as wide as their share", () => {
  const frames = framesOf(
    flameSvg(profileOf([[["a", "b"], 30], [["a", "c"], 10], [["a"], 20], [["d"], 40]]), OPTIONS),
  );
  const [all, a, b, c, d] = ["all", "a", "b", "c", "d"].map((name) =>
    frames.find((each) => each.name === name)
  );
  assert(all && a && b && c && d);
  assertEquals(
    [all, a, b, c, d].map(({ width }) => width),
    [1180, 708, 354, 118, 472].map((each) => each * 1),
  );
  assertEquals([a.x, b.x, c.x, d.x], [all.x, a.x, b.x + b.width, a.x + a.width]);
  assertEquals([a.y - all.y, b.y - a.y, c.y - b.y, d.y - a.y], [18, 18, 0, 0]);
});

Deno.test("flameTree: what stands beneath a frame never takes more than the frame, and the leaves add up", () => {
  const stacks = fc.array(
    fc.tuple(fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 5 }), fc.nat(1000)),
    { maxLength: 30 },
  );
  fc.assert(fc.property(stacks, (given) => {
    const tree = flameTree(profileOf(given), "cpu", "all");
    assertEquals(tree.total, given.reduce((sum, [, value]) => sum + value, 0));
    const holds = (node: FlameNode): boolean =>
      node.children.reduce((sum, { total }) => sum + total, 0) <= node.total && node.children.every(holds);
    assert(holds(tree));
  }));
});

Deno.test("flameSvg: names with markup, quotes and control characters come back from the XML as they were", () => {
  const name = `<script>alert("&'")</script>`;
  const svg = flameSvg(profileOf([[[name], 1], [["bell\u0007"], 1]]), { ...OPTIONS, title: name });
  const titles = create(svg).filter((node) => node.node.nodeName === "title", false, true)
    .map((node) => node.node.textContent);
  assertEquals(titles, [
    name,
    "all: 2 ns, 100.00 %",
    `${name}: 1 ns, 50.00 %`,
    "bell\ufffd: 1 ns, 50.00 %",
  ]);
  assertEquals(svg.match(/<script>/g)?.length, 1);
});

Deno.test("flameSvg: frames below the least width are left out, tooltips tell value and share", () => {
  const svg = flameSvg(profileOf([[["wide"], 9_999_000], [["narrow"], 1_000]]), OPTIONS);
  assertEquals(framesOf(svg).map(({ name }) => name), ["all", "wide"]);
  assertStringIncludes(svg, "<title>wide: 10.00 ms, 99.99 %</title>");
});

Deno.test("flameSvg: a name has one colour in every drawing", () => {
  const colourIn = (svg: string) => framesOf(svg).find(({ name }) => name === "same")?.colour;
  const first = colourIn(flameSvg(profileOf([[["same"], 1]]), OPTIONS));
  assert(first?.startsWith("hsl("), first);
  assertEquals(colourIn(flameSvg(profileOf([[["other", "same"], 7], [["x"], 2]]), OPTIONS)), first);
});

Deno.test("flameSvg: a profile of nothing is drawn as its root, and an unknown kind is refused", () => {
  assertEquals(framesOf(flameSvg(profileOf([]), OPTIONS)).map(({ name }) => name), ["all"]);
  assertThrows(
    () => flameSvg(profileOf([]), { ...OPTIONS, kind: "heap" }),
    TypeError,
    'must have values of kind "heap": it has cpu',
  );
});

Deno.test("quantityText: values stand in the unit that suits their size", () => {
  assertEquals(
    [
      quantityText(12_345, "microseconds"),
      quantityText(3_842_770_000, "microseconds"),
      quantityText(0, "bytes"),
    ],
    ["12.3 ms", "3843 s", "0 B"],
  );
  assertEquals([quantityText(2048, "bytes"), quantityText(7, "count"), quantityText(7, "drops")], [
    "2 KiB",
    "7",
    "7 drops",
  ]);
});
