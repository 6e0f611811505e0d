import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { conclude } from "../../harness/report/conclude.ts";
import type { MeshReport, Report } from "../../harness/report/schema.ts";
import { cell, deviating, mesh, report, result } from "../../harness/report/testing/report_builder.ts";
import { issueOf, type Night } from "./issue.ts";

const URL = "https://example.org/runs/1";

function night(folder: Report["run"]["runtime"], ...meshes: readonly MeshReport[]): Night {
  const made = report(...meshes);
  return { folder, report: conclude({ ...made, run: { ...made.run, runtime: folder } }, []).report };
}

const GREEN = night(
  "process",
  mesh("envoy", cell("routing/a", result("RTE-01", "pass"), deviating("RTE-05"))),
);
const RED = night(
  "docker",
  mesh(
    "envoy",
    cell(
      "routing/a",
      result("RTE-01", "fail", {
        actual: "3 of 50 calls otherwise",
        evidence: [{ seq: 3, t: 1.5, source: "client", text: "sent a" }],
      }),
      deviating("RTE-05"),
    ),
    cell("retrying/b", result("RTY-01", "vacuous")),
  ),
);

Deno.test("issueOf tells seed, verdicts, evidence and the lines that replay and run the cell again", () => {
  const { title, body } = issueOf([GREEN, RED], [], "7", URL);
  assertEquals(title, "Nightly: 2 verdicts on docker (seed 7)");
  assertEquals(
    body.split("\n").slice(0, 34).join("\n"),
    `
The whole catalogue was run with the fresh seed **7**.
Reports, histories and logs are artefacts of https://example.org/runs/1.

| runtime | exit code | meaning |
| --- | --- | --- |
| process | 0 | every judged clause is kept or is a recorded deviation |
| docker | 1 | a clause failed, or a recorded deviation now passes |

## Runtime docker

Commit \`0123456\`, seed \`7\`, rounds: 1, 13 s. To run all of it again:

\`\`\`text
deno task meshproof run --seed 7 --mesh reference
\`\`\`

| verdict | mesh | scenario | clause |
| --- | --- | --- | --- |
| fail | \`envoy\` | \`routing/a\` | RTE-01 |
| vacuous | \`envoy\` | \`retrying/b\` | RTY-01 |

### \`envoy routing/a\` RTE-01: fail

\`\`\`text
expected: RTE-01 is kept
actual:   3 of 50 calls otherwise
       1.5 ms client: sent a
\`\`\`
Replay, with the folder \`docker\` of the artefact at hand, or without:

\`\`\`text
deno task meshproof replay docker:envoy/routing/a
deno task meshproof run --seed 7 --runtime docker --mesh envoy --scenario routing/a
\`\`\``.trimStart(),
  );
});

Deno.test("issueOf is the same of the same reports", () => {
  assertEquals(issueOf([GREEN, RED], [], "7", URL), issueOf([GREEN, RED], [], "7", URL));
});

Deno.test("issueOf tells flips, stale deviations and breaches, which no verdict shows", () => {
  const made = report(
    mesh("direct", cell("routing/a", result("RTE-01", "pass"))),
    mesh("envoy", cell("routing/a", result("RTE-01", "pass"), result("RTE-05", "pass"))),
  );
  const flips = [{
    ...{ mesh: "envoy", scenario: "routing/a", clause: "RTE-01" },
    verdicts: ["fail", "pass"],
  }];
  const deviations = [{
    mesh: "envoy",
    clause: "RTE-05",
    cause: "they say so",
    link: "https://example.org/1",
  }];
  const { report: concluded } = conclude(
    { ...made, repeat: { rounds: 2, flips: flips as NonNullable<Report["repeat"]>["flips"] } },
    deviations,
  );
  const { title, body } = issueOf([{ folder: "process", report: concluded }], deviations, "7");
  assertEquals(title, "Nightly: process ended with 70 (seed 7)");
  for (
    const words of [
      "in doubt:\n\n```text\ndirect keeps RTE-01, which needs a mesh",
      "deviations.yaml:\n\n```text\nenvoy RTE-05\n",
      "in every round:\n\n```text\nenvoy routing/a RTE-01: fail, pass\n",
      "rounds: 2",
    ]
  ) assertStringIncludes(body, words);
});

Deno.test("issueOf says so where there is no report, and no seed", () => {
  const { title, body } = issueOf([GREEN, { folder: "docker", report: "there is no such file" }], []);
  assertEquals(title, "Nightly: no report of docker (seed unknown)");
  assertStringIncludes(body, "| `docker` | none | there is no report |");
  assertStringIncludes(body, "## `docker`\n\n```text\nthere is no such file\n```");
  assertStringIncludes(body, "**none was drawn**");
});

Deno.test("issueOf lets nothing that a mesh says out of its block", () => {
  const actual = "it said ```\n# owned @somebody\n````";
  const { body } = issueOf([
    night("process", mesh("a|b`c", cell("x/y", result("RTE-01", "fail", { actual })))),
  ], []);
  assertStringIncludes(
    body,
    "`````text\nexpected: RTE-01 is kept\nactual:   it said ```\n# owned @somebody\n````\n`````\n",
  );
  assertStringIncludes(body, "| fail | `` a b`c `` | `x/y` | RTE-01 |");
});

Deno.test("issueOf stays below what GitHub takes, and closes every block, however much went wrong", () => {
  const long = (verdict: "fail" | "error") =>
    result("RTE-01", verdict, {
      actual: "x".repeat(5_000),
      evidence: Array.from(
        { length: 40 },
        (_, seq) => ({ seq, t: seq, source: "client", text: "y".repeat(2_000) }),
      ),
    });
  const all = Array.from({ length: 90 }, (_, at) => cell(`routing/${at}`, long(at % 2 ? "fail" : "error")));
  const { body } = issueOf(
    [night("process", mesh("envoy", ...all)), night("docker", mesh("envoy", ...all))],
    [],
    "7",
  );
  assert(body.length < 65_536, `${body.length} characters`);
  assertEquals((body.match(/^```/gm)?.length ?? 0) % 2, 0);
  assertStringIncludes(body, "... and 30 more");
  assertStringIncludes(body, "The rest does not fit");
});
