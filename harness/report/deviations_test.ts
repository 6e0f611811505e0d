import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Deviation,
  deviationOf,
  parseDeviations,
  readDeviations,
  staleDeviations,
} from "./deviations.ts";
import { cell, mesh, result } from "./testing/report_builder.ts";

const ENTRY = `
- mesh: envoy
  clause: RTE-07
  cause: Envoy answers 404, which its filter turns into UNIMPLEMENTED.
  link: https://example.org/issue/1
`;
const DEVIATION: Deviation = {
  mesh: "envoy",
  clause: "RTE-07",
  cause: "Envoy answers 404, which its filter turns into UNIMPLEMENTED.",
  link: "https://example.org/issue/1",
};

Deno.test("parseDeviations reads a list of entries, and none from an empty file", () => {
  assertEquals(parseDeviations(ENTRY, "d.yaml"), [DEVIATION]);
  assertEquals(parseDeviations("", "d.yaml"), []);
  assertEquals(parseDeviations("# nothing yet\n", "d.yaml"), []);
});

const MALFORMED: readonly (readonly [string, string, string])[] = [
  ["an entry without a mesh", ENTRY.replace("mesh: envoy\n  ", ""), "entry 0.mesh"],
  ["a cause that is too short to be one", ENTRY.replace(/cause: .*/, "cause: odd"), "entry 0.cause"],
  ["a link that is none", ENTRY.replace(/link: .*/, "link: see the manual"), "entry 0.link"],
  ["a field that nobody reads", `${ENTRY}  until: 2027\n`, 'Unrecognized key: "until"'],
  [
    "a clause that does not exist",
    ENTRY.replace("RTE-07", "RTE-99"),
    'entry 0.clause: Cannot find clause "RTE-99"',
  ],
  ["the second entry's field", `${ENTRY}- mesh: [1]\n`, "entry 1.mesh"],
  ["a mapping in place of the list", "mesh: envoy", "expected array"],
  ["an entry given twice", ENTRY + ENTRY, "expected one entry for envoy RTE-07, found two"],
  ["what is no YAML", "- mesh: [envoy", "expected YAML"],
];

for (const [what, text, says] of MALFORMED) {
  Deno.test(`parseDeviations names the file and refuses ${what}`, () => {
    const error = assertThrows(() => parseDeviations(text, "some/d.yaml"), TypeError, says);
    assertEquals(error.message.startsWith("some/d.yaml: "), true, error.message);
  });
}

Deno.test("readDeviations reads the deviations that come with the harness", async () => {
  for (const { cause, link } of await readDeviations()) {
    assertEquals([cause.length >= 20, URL.canParse(link)], [true, true]);
  }
});

Deno.test("readDeviations names a file that is not there", async () => {
  await assertRejects(
    () => readDeviations("/no/such/deviations.yaml"),
    Deno.errors.NotFound,
    "/no/such/deviations.yaml",
  );
});

Deno.test("deviationOf wants both the mesh and the clause", () => {
  assertEquals(deviationOf([DEVIATION], "envoy", "RTE-07"), DEVIATION);
  assertEquals(deviationOf([DEVIATION], "haproxy", "RTE-07"), undefined);
  assertEquals(deviationOf([DEVIATION], "envoy", "RTE-01"), undefined);
});

Deno.test("staleDeviations tells a recorded deviation whose clause passes, and no other", () => {
  const stale = (...verdicts: readonly ("pass" | "fail" | "inconclusive" | "unsupported")[]) =>
    staleDeviations(
      [mesh("envoy", ...verdicts.map((verdict, index) => cell(`a/${index}`, result("RTE-07", verdict))))],
      [DEVIATION],
    );
  assertEquals(stale("pass"), [{ mesh: "envoy", clause: "RTE-07" }]);
  assertEquals(stale("fail"), []);
  assertEquals(stale("inconclusive"), []);
  assertEquals(stale("unsupported"), []);
  // One cell that still shows it is enough.
  assertEquals(stale("pass", "fail"), []);
  assertEquals(staleDeviations([mesh("haproxy", cell("a/one", result("RTE-07", "pass")))], [DEVIATION]), []);
});
