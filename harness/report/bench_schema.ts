import { z } from "zod";

const count = z.int().min(0);

/** One round: what each contender gave, by name and figure. */
const round = z.strictObject({
  /** Share of the CPU that the host took meanwhile, 0 to 1. */
  stolen: z.number().min(0),
  /** The host took too much in this round, and in every repetition of it. */
  disturbed: z.boolean(),
  /** How often it was measured again for that reason. */
  repeats: count,
  figures: z.record(z.string(), z.record(z.string(), z.number())),
});

const comparison = z.strictObject({
  /** The row whose rounds it rests on. */
  row: z.string(),
  name: z.string(),
  subject: z.string(),
  peer: z.string(),
  unit: z.string(),
  /** Medians of the rounds, in the unit. */
  subjectValue: z.number().optional(),
  peerValue: z.number().optional(),
  /** Median of the rounds' ratios subject / peer, and the interval of that median. */
  ratio: z.number().optional(),
  low: z.number().optional(),
  high: z.number().optional(),
  /** Exact coverage of the interval; 0.95 or more from six rounds on. */
  confidence: z.number().min(0).max(1).optional(),
  /** By what factor neighbouring rounds of the subject itself differ: a ratio nearer to 1 than this says nothing. */
  floor: z.number().min(1).optional(),
  /** What is demanded of the ratio; null for a figure that is only told. */
  bound: z.number().nullable(),
  /** `within`: no further from 1 than the bound. */
  direction: z.enum(["at least", "at most", "within", "none"]),
  /** Whether the median ratio keeps the bound; null where there is none, or nothing was measured. */
  holds: z.boolean().nullable(),
  /** Whether the whole interval keeps it. */
  certain: z.boolean().nullable(),
  /** Why nothing was measured. */
  unavailable: z.string().optional(),
});

/** `bench.json`. */
export const benchSchema = z.strictObject({
  schema: z.literal("meshproof.bench/v1"),
  run: z.strictObject({
    id: z.string(),
    /** Commit of the harness; `unknown` outside a checkout. */
    commit: z.string(),
    version: z.string(),
    command: z.string(),
    /** Figures of a quick run say little: it only shows that everything works. */
    quick: z.boolean(),
    startedAt: z.iso.datetime(),
    wallSeconds: z.number().min(0),
    /** Versions of the tools that were found. */
    tools: z.record(z.string(), z.string()),
    machine: z.strictObject({
      os: z.string(),
      arch: z.string(),
      cores: count,
      memoryBytes: count,
      deno: z.string(),
    }),
  }),
  rows: z.array(z.strictObject({ id: z.string(), remark: z.string(), rounds: z.array(round) })),
  comparisons: z.array(comparison),
});

export type BenchReport = z.infer<typeof benchSchema>;
export type BenchComparison = BenchReport["comparisons"][number];
