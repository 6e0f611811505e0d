/**
 * The files that a run leaves, as zod schemas: what writes them is typed by these, what reads them parses by these,
 * and the JSON Schemas in `schema/` are made from these (`deno task schemas`).
 */
import { z } from "zod";
import { badgeSchema } from "./badge_schema.ts";
import { benchSchema } from "./bench_schema.ts";
import { conformanceSchema } from "./conformance_schema.ts";

const verdict = z.enum(["pass", "fail", "inconclusive", "vacuous", "error", "unsupported"]);
const count = z.int().min(0);
const seconds = z.number().min(0);

const runtime = z.enum(["process", "docker"]);

const evidence = z.strictObject({
  /** Number of the event in the cell's history. */
  seq: count,
  /** Milliseconds since the run began. */
  t: z.number(),
  source: z.string(),
  text: z.string(),
});

const deviation = z.strictObject({ cause: z.string(), link: z.url() });

const clauseResult = z.strictObject({
  id: z.string(),
  level: z.enum(["core", "extended", "graded"]),
  verdict,
  expected: z.string(),
  actual: z.string(),
  evidence: z.array(evidence),
  /** Set when the failure is a recorded deviation of this mesh. */
  deviation: deviation.optional(),
});

const cellRun = z.strictObject({
  /** Whether nothing else ran beside it. */
  alone: z.boolean(),
  seconds,
  /** Seconds by part: `setUp`, `drive`, `tearDown`, `judge`. */
  parts: z.record(z.string(), seconds),
  /** The history, relative to the report; empty when there is none. */
  history: z.string(),
  verdicts: z.record(z.string(), verdict),
});

const cell = z.strictObject({
  scenario: z.string(),
  seconds,
  runs: z.array(cellRun),
  clauses: z.array(clauseResult),
  mutant: z.string().optional(),
});

const tally = z.strictObject({ kept: count, judged: count });

const score = tally.extend({
  /** Clauses that the catalogue of this run judges. */
  total: count,
  core: tally,
  extended: tally,
  /** By clause family, such as `RTE`. */
  profiles: z.record(z.string(), tally),
});

/** The share of the scenarios that this run is about, of `count`; from 1. */
const shard = z.strictObject({ index: z.int().min(1), count: z.int().min(1) })
  .refine(({ index, count }) => index <= count, "expected an index of at most the count");

const machine = z.strictObject({
  os: z.string(),
  arch: z.string(),
  cores: count,
  memoryBytes: count,
  deno: z.string(),
});

/** A clause that was not judged the same in every round, with the verdict of each. */
const flip = z.strictObject({
  mesh: z.string(),
  scenario: z.string(),
  clause: z.string(),
  verdicts: z.array(verdict),
});

const mesh = z.strictObject({
  name: z.string(),
  version: z.string(),
  declared: z.array(z.string()),
  /** Null when the controls were breached: the harness itself is in doubt then. */
  score: score.nullable(),
  /** Why the mesh could not be judged at all, where that is so. */
  unavailable: z.string().optional(),
  cells: z.array(cell),
});

export const EXIT_CODES = [0, 1, 2, 64, 70] as const;

/** `report.json`. */
export const reportSchema = z.strictObject({
  schema: z.literal("meshproof.report/v1"),
  run: z.strictObject({
    id: z.string(),
    seed: z.int(),
    /** Commit of the harness; `unknown` outside a checkout. */
    commit: z.string(),
    /** Version of Meshproof. */
    version: z.string().optional(),
    command: z.string(),
    /** Folder of the scenarios, where they are not those that come with the harness. */
    scenarios: z.string().optional(),
    /** Files of adapters that do not come with the harness. */
    adapters: z.array(z.string()).optional(),
    runtime,
    startedAt: z.iso.datetime(),
    wallSeconds: seconds,
    /** Seconds by part of the run: `tools`, `registry`, `services`, `cells`. */
    parts: z.record(z.string(), seconds),
    tools: z.record(z.string(), z.string()),
    machine,
    /** Set when the run is one share of several, which `merge` puts together. */
    shard: shard.optional(),
    /** Of a merged run: the runs that it was made of, by their share. `machine` is that of the first. */
    shards: z.array(z.strictObject({
      index: z.int().min(1),
      id: z.string(),
      startedAt: z.iso.datetime(),
      wallSeconds: seconds,
      machine,
    })).optional(),
  }),
  meshes: z.array(mesh),
  /** What shows that the harness itself is broken; empty when the controls hold. */
  breaches: z.array(z.string()),
  /** Set when everything was run several times. The cells are those of the last round. */
  repeat: z.strictObject({ rounds: z.int().min(2), flips: z.array(flip) }).optional(),
  exitCode: z.literal(EXIT_CODES),
});

/** `mutants.json`. */
export const mutantsSchema = z.strictObject({
  schema: z.literal("meshproof.mutants/v1"),
  seed: z.int(),
  /** What the mutants were run with; `merge` needs it. */
  run: z.strictObject({
    id: z.string(),
    commit: z.string(),
    version: z.string(),
    command: z.string(),
    runtime,
    shard: shard.optional(),
  }).optional(),
  total: count,
  killed: count,
  survivors: z.array(z.string()),
  mutants: z.array(z.strictObject({
    id: z.string(),
    clause: z.string(),
    scenario: z.string(),
    killed: z.boolean(),
    verdict,
    actual: z.string(),
  })),
  scenarios: z.array(z.strictObject({ id: z.string(), kills: count })),
});

export type Report = z.infer<typeof reportSchema>;
export type MeshReport = Report["meshes"][number];
export type CellReport = MeshReport["cells"][number];
export type ClauseReport = CellReport["clauses"][number];
export type Score = NonNullable<MeshReport["score"]>;
export type Flip = z.infer<typeof flip>;
export type MutantsReport = z.infer<typeof mutantsSchema>;

/** The JSON Schemas by file name, as they stand in `schema/`. */
export function schemas(): Record<string, unknown> {
  return {
    "report.schema.json": z.toJSONSchema(reportSchema),
    "mutants.schema.json": z.toJSONSchema(mutantsSchema),
    "badge.schema.json": z.toJSONSchema(badgeSchema),
    "bench.schema.json": z.toJSONSchema(benchSchema),
    /** Of each document of `conformance.yaml`. */
    "conformance.schema.json": z.toJSONSchema(conformanceSchema),
  };
}
