import { assert, assertEquals } from "@std/assert";
import { RequestMatch } from "./request_match.ts";
import { type RuleInput, rulesSchema } from "./rule_spec.ts";

/** A match of a rule as it may be written. */
function matchOf(match: RuleInput["match"], seed = 1, rule = "r"): RequestMatch {
  const [spec] = rulesSchema.parse([{ name: rule, match, action: { kind: "missingTrailers" } }]);
  return new RequestMatch(spec!.match, seed, "link", rule);
}

Deno.test("RequestMatch takes the method as a glob, and headers as values or expressions", () => {
  const isStruck = (match: RuleInput["match"], path: string, ...fields: [string, string][]) =>
    matchOf(match).strikes(path, fields);
  assert(isStruck({}, "/"));
  assert(isStruck({ method: "/a.B/*" }, "/a.B/C"));
  assert(!isStruck({ method: "/a.B/*" }, "/a.C/C"));
  assert(isStruck({ method: "/a.B/{C,D}" }, "/a.B/D"));
  assert(isStruck({ method: "/static/**" }, "/static/x/.y"));
  assert(isStruck({ header: { x: "1" } }, "/", ["x", "2"], ["x", "1"]));
  assert(!isStruck({ header: { x: "1" } }, "/", ["x", "11"]));
  assert(isStruck({ header: { x: { regex: "^1+$" } } }, "/", ["x", "11"]));
  assert(!isStruck({ header: { x: "1", y: "2" } }, "/", ["x", "1"]));
});

Deno.test("RequestMatch counts nth among the requests that hold to method and header", () => {
  const struck = (nth: { every: number } | { exactly: number }) => {
    const match = matchOf({ method: "/a", nth });
    return ["/a", "/b", "/a", "/a", "/b", "/a", "/a", "/a"].map((path) => match.strikes(path, []));
  };
  assertEquals(struck({ every: 3 }), [false, false, false, true, false, false, false, true]);
  assertEquals(struck({ exactly: 2 }), [false, false, true, false, false, false, false, false]);
});

Deno.test("RequestMatch draws its share by seed and rule: the same for the same, and about as many as asked for", () => {
  const struck = (seed: number, rule: string) => {
    const match = matchOf({ share: 0.25 }, seed, rule);
    return Array.from({ length: 2000 }, () => match.strikes("/", []));
  };
  const first = struck(1, "r");
  assertEquals(struck(1, "r"), first);
  for (const [seed, rule] of [[1, "r"], [2, "r"], [1, "s"]] as const) {
    const count = struck(seed, rule).filter(Boolean).length;
    // Twelve standard deviations of 2000 draws to each side: the draws are fixed, so this cannot flicker.
    assert(count > 270 && count < 730, `${count} of 2000`);
    if (seed !== 1 || rule !== "r") assert(struck(seed, rule).join() !== first.join());
  }
});
