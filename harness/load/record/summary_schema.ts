import { z } from "zod";
import { OUTCOME_NAMES } from "../attempt.ts";

const count = z.int().min(0);
const share = z.number();
const durationMs = z.number().min(0);

const quantile = z.strictObject({
  percent: z.number(),
  ms: durationMs,
  /** Interval of 95 %. */
  lowMs: durationMs,
  highMs: durationMs,
  /** Too much of it is how late the generator sent: it is no figure of the target's. */
  limited: z.boolean(),
});

const figure = z.strictObject({
  count,
  minMs: durationMs,
  meanMs: durationMs,
  maxMs: durationMs,
  /** Those that ten values lie beyond. */
  quantiles: z.array(quantile),
});

/** What a load did, in figures that stand beside their validity. Every rate is per second. */
export const summarySchema = z.strictObject({
  /** From the first planned attempt until the last one ended. */
  seconds: z.number().min(0),
  /** Without those of the warm-up. */
  attempts: count,
  warmup: count,
  outcomes: z.strictObject(
    Object.fromEntries(OUTCOME_NAMES.map((name) => [name, count])) as Record<
      typeof OUTCOME_NAMES[number],
      typeof count
    >,
  ),
  codes: z.array(z.strictObject({ outcome: z.enum(OUTCOME_NAMES), code: z.int(), count })),
  bytes: count,
  rate: z.strictObject({ planned: z.number(), sent: z.number(), ok: z.number() }),
  /** Planned to end. */
  response: figure,
  /** Sent to end. */
  service: figure,
  /** Planned to sent. */
  lag: figure,
  /** Sent to first byte. */
  firstByte: figure,
  validity: z.strictObject({
    valid: z.boolean(),
    reasons: z.array(z.string()),
    achievedShare: share,
    shedShare: share,
    eventLoopDelayMs: durationMs,
    /** Null where it cannot be known. */
    stolenShare: share.nullable(),
  }),
});

export type LoadSummary = z.infer<typeof summarySchema>;
export type Figure = z.infer<typeof figure>;
