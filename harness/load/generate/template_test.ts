import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { contextOf, escapeJson, parseTemplate } from "./template.ts";

const ROWS = [{ name: 'an "a"', id: "1" }, { name: "b", id: "2" }];
const render = (text: string, index = 0, seed = 1) =>
  parseTemplate(text, escapeJson).render(contextOf(seed, index, ROWS));

Deno.test("a template fills each place for each attempt", () => {
  assertEquals(
    render('{"n": {{index}}, "s": "{{ data.name }}", "d": {{data.id}}}', 2),
    '{"n": 2, "s": "an \\"a\\"", "d": 1}',
  );
  assertEquals(render("{{data.name}}", 1), "b");
  assertMatch(render("{{uuid}}"), /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert(Math.abs(Number(render("{{now}}")) - Date.now()) < 60_000);
});

Deno.test("chance in a template is the same for the same seed and attempt, and stays in its bounds", () => {
  const text = "{{uuid}} {{random 1 6}}";
  assertEquals(render(text, 3), render(text, 3));
  assert(render(text, 3) !== render(text, 4));
  assert(render(text, 3) !== render(text, 3, 2));
  const seen = new Set(Array.from({ length: 200 }, (_, index) => render("{{random -1 1}}", index)));
  assertEquals([...seen].sort(), ["-1", "0", "1"]);
});

Deno.test("a template without places is static, one with a wrong place is refused", () => {
  assert(parseTemplate("{ plain }").isStatic);
  assert(!parseTemplate("{{index}}").isStatic);
  assertThrows(() => parseTemplate("{{indx}}"), SyntaxError, "{{indx}} must be one of {{index}}");
  assertThrows(() => parseTemplate("{{random 6 1}}"), SyntaxError, "must be one of");
  assertThrows(() => render("{{data.size}}"), TypeError, "it has name, id");
});
