/** Made-up runs, whole and in shares, for tests of what makes a whole of shares. */
import fc from "fast-check";
import project from "../../../deno.json" with { type: "json" };
import { compareIds, type Shard, shareOf } from "../../model/shard.ts";
import type { Verdict } from "../../model/verdict.ts";
import { conclude } from "../conclude.ts";
import type { Deviation } from "../deviations.ts";
import type { Share } from "../merge/shares.ts";
import type { Flip, Report } from "../schema.ts";
import { cell, deviating, mesh, report, result } from "./report_builder.ts";

/** What a run of a whole catalogue saw. */
export interface SharedRun {
  readonly scenarios: readonly {
    readonly id: string;
    readonly seconds: number;
    readonly clauses: readonly string[];
  }[];
  readonly meshes: readonly string[];
  /** By `<mesh> <scenario> <clause>`; `pass` where there is none. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Verdicts of earlier rounds by the same keys; undefined: there was one round. */
  readonly earlier?: Readonly<Record<string, Verdict>> | undefined;
}

/** The one recorded deviation of the made-up meshes. */
export const DEVIATIONS: readonly Deviation[] = [{
  ...{ mesh: "envoy", clause: "RTE-05" },
  ...{ cause: "its makers chose otherwise", link: "https://example.org/issue/1" },
}];

const CLAUSES = ["BRK-01", "RTE-01", "RTE-05", "RTE-07", "RTY-01"];
const MESHES = ["reference", "direct", "envoy", "mine"];
const COMMAND = "run --runtime process --repeat 2 --seed 7";

const verdict = fc.constantFrom<Verdict>(
  ...["pass", "fail", "inconclusive", "vacuous", "error", "unsupported"] as const,
);

/** Any run of one to twelve scenarios, that keeps most of what it is judged by. */
export const sharedRuns: fc.Arbitrary<SharedRun> = fc.record({
  scenarios: fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[a-cA-C_]{1,3}\/[a-c_0-9]{1,3}$/),
      seconds: fc.integer({ min: 1, max: 14 }),
      clauses: fc.subarray(CLAUSES, { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 12, selector: ({ id }) => id },
  ).map((scenarios) => scenarios.sort((a, b) => compareIds(a.id, b.id))),
  meshes: fc.shuffledSubarray(MESHES, { minLength: 1 }),
}).chain(({ scenarios, meshes }) => {
  const keys = meshes.flatMap((name) =>
    scenarios.flatMap(({ id, clauses }) => clauses.map((clause) => `${name} ${id} ${clause}`))
  );
  const some = fc.dictionary(fc.constantFrom(...keys), verdict, { maxKeys: 6 });
  return fc.record({
    scenarios: fc.constant(scenarios),
    meshes: fc.constant(meshes),
    verdicts: some,
    earlier: fc.option(some, { nil: undefined }),
  });
});

/** The report of one machine that ran everything. */
export function wholeReport(shared: SharedRun): Report {
  return reportOf(shared, shared.scenarios.map(({ id }) => id), {});
}

/** The reports of `count` machines, each of another kind and at another time. */
export function shareReports(shared: SharedRun, count: number): Share<Report>[] {
  return Array.from({ length: count }, (_, at) => {
    const shard: Shard = { index: at + 1, count };
    const mine = shareOf(shared.scenarios, shard, ({ id }) => id, ({ seconds }) => seconds);
    return {
      name: `machine-${shard.index}`,
      document: reportOf(shared, mine.map(({ id }) => id), {
        id: `run-${shard.index}`,
        command: COMMAND.replace(" --seed", ` --shard ${shard.index}/${count} --seed`),
        startedAt: `2026-01-02T03:04:${String((at * 37) % 60).padStart(2, "0")}.000Z`,
        wallSeconds: 10 + (at * 7) % 5,
        parts: { tools: at, cells: 10 - at },
        machine: { os: "linux", arch: "aarch64", cores: shard.index, memoryBytes: 1024, deno: "2.9.6" },
        shard,
      }),
    };
  });
}

function reportOf(
  { scenarios, meshes, verdicts, earlier }: SharedRun,
  ids: readonly string[],
  run: Partial<Report["run"]>,
): Report {
  const mine = scenarios.filter(({ id }) => ids.includes(id));
  const keys = meshes.flatMap((name) =>
    mine.flatMap(({ id, clauses }) => clauses.map((clause) => ({ mesh: name, scenario: id, clause })))
  );
  const flips = keys.map((key): Flip => {
    const at = `${key.mesh} ${key.scenario} ${key.clause}`;
    return { ...key, verdicts: [earlier?.[at] ?? "pass", verdicts[at] ?? "pass"] };
  }).filter((flip) => flip.verdicts[0] !== flip.verdicts[1])
    .sort((a, b) =>
      compareIds(a.mesh, b.mesh) || compareIds(a.scenario, b.scenario) || compareIds(a.clause, b.clause)
    );
  const judged = meshes.map((name) =>
    mesh(
      name,
      ...mine.map(({ id, clauses }) =>
        cell(
          id,
          ...clauses.map((clause) => {
            const seen = verdicts[`${name} ${id} ${clause}`] ?? "pass";
            const isKnown = seen === "fail" &&
              DEVIATIONS.some((each) => each.mesh === name && each.clause === clause);
            return isKnown ? deviating(clause) : result(clause, seen);
          }),
        )
      ),
    )
  );
  const made = report(...judged);
  return conclude({
    schema: made.schema,
    run: { ...made.run, version: project.version, command: COMMAND, ...run },
    meshes: made.meshes,
    ...(earlier === undefined ? {} : { repeat: { rounds: 2, flips } }),
  }, DEVIATIONS).report;
}
