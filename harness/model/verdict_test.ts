import { assertEquals } from "@std/assert";
import { type Verdict, worst, WORST_FIRST } from "./verdict.ts";

Deno.test("worst orders fail, error, inconclusive, vacuous, unsupported, pass", () => {
  assertEquals([...WORST_FIRST], ["fail", "error", "inconclusive", "vacuous", "unsupported", "pass"]);
});

Deno.test("worst of any two verdicts is the earlier one, in whichever order they come", () => {
  for (const [index, worse] of WORST_FIRST.entries()) {
    for (const better of WORST_FIRST.slice(index)) {
      assertEquals(worst([worse, better]), worse);
      assertEquals(worst([better, worse]), worse);
    }
  }
});

Deno.test("worst of all passes is pass, and one doubt among many is enough", () => {
  const many: Verdict[] = Array.from({ length: 100 }, () => "pass");
  assertEquals(worst(many), "pass");
  assertEquals(worst([...many, "vacuous"]), "vacuous");
});

Deno.test("worst of nothing is an error: a judge that said nothing has proven nothing", () => {
  assertEquals(worst([]), "error");
});
