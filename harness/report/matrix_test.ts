import { assertEquals, assertStringIncludes } from "@std/assert";
import { matrix, type Paint } from "./matrix.ts";
import { cell, deviating, mesh, report, result } from "./testing/report_builder.ts";

const plain: Paint = (_kind, text) => text;

Deno.test("matrix is a table of clauses by family and meshes side by side, with scores below", () => {
  const table = matrix(
    report(
      mesh(
        "reference",
        cell("a/one", result("RTY-01", "pass"), result("RTE-01", "pass")),
        cell("a/two", result("CFG-01", "pass")),
      ),
      mesh(
        "envoy",
        cell("a/one", deviating("RTY-01"), result("RTE-01", "fail")),
        cell("a/two", result("CFG-01", "inconclusive")),
        cell("a/three", result("BRK-01", "unsupported")),
      ),
    ),
    plain,
  );
  assertEquals(
    table,
    `
┌─────────┬──────────────────────────────────────────────────────┬───────────────┬──────────────┐
│ clause  │ promise                                              │ reference 1.0 │ envoy 1.0    │
├─────────┼──────────────────────────────────────────────────────┼───────────────┼──────────────┤
│ RTE-01  │ A request with header \`x-deployment: canary\` rea...  │ pass          │ FAIL         │
│ CFG-01  │ A push takes effect on new requests within {T};...   │ pass          │ inconclusive │
│ BRK-01  │ Opens above {50} % failures over at least {n} ca...  │ -             │ unsupported  │
│ RTY-01  │ At most {N} retries: success on attempt N+1 is s...  │ pass          │ FAIL (known) │
│         │ score (kept / judged)                                │ 3 / 3 = 100 % │ 0 / 2 = 0 %  │
└─────────┴──────────────────────────────────────────────────────┴───────────────┴──────────────┘
`.trim(),
  );
});

Deno.test("matrix gives every word its colour", () => {
  const painted: string[] = [];
  matrix(
    report(mesh(
      "envoy",
      cell(
        "a/one",
        result("RTE-01", "pass"),
        result("RTE-05", "fail"),
        deviating("RTE-07"),
        result("RTY-01", "vacuous"),
        result("RTY-02", "error"),
        result("BRK-01", "unsupported"),
      ),
    )),
    (kind, text) => {
      painted.push(`${kind} ${text}`);
      return text;
    },
  );
  assertEquals(painted, [
    "good pass",
    "bad FAIL",
    "bad FAIL (known)",
    "faint unsupported",
    "doubt vacuous",
    "doubt error",
    "strong score (kept / judged)",
    "strong 1 / 3 = 33 %",
  ]);
});

Deno.test("matrix shows no score where there is none to trust, and none of a mesh that could not be had", () => {
  const breached = matrix(
    report({ ...mesh("envoy", cell("a/one", result("RTE-01", "pass"))), score: null }),
    plain,
  );
  assertStringIncludes(breached, "no score");
  const gone = matrix(report({ ...mesh("envoy"), unavailable: "no binary" }), plain);
  assertStringIncludes(gone, "unavailable");
  const idle = matrix(report(mesh("envoy", cell("a/one", result("RTE-01", "unsupported")))), plain);
  assertStringIncludes(idle, "0 / 0 ");
});
