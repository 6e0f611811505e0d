/** Toxics as data: to be sent to another process, or kept in a file. `toxic_of.ts` makes toxics of them. */
import { z } from "zod";
import { rulesSchema } from "./http2/rule_spec.ts";

const direction = z.enum(["up", "down", "both"]).optional();
const share = z.number().min(0).max(1).optional();
const bytes = z.number().int().min(0);
const durationMs = z.number().min(0);

/** A toxic's kind and all its parameters; the functions that make toxics say what they mean. */
export const toxicSpecSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("latency"),
    delayMs: durationMs,
    jitterMs: durationMs.optional(),
    direction,
    distribution: z.enum(["uniform", "normal", "pareto"]).optional(),
    correlation: z.number().min(0).lt(1).optional(),
    share,
  }),
  z.strictObject({ kind: z.literal("blackhole"), direction: z.enum(["up", "down", "both"]), share }),
  z.strictObject({ kind: z.literal("refuse") }),
  z.strictObject({
    kind: z.literal("reset"),
    ongoing: z.boolean().optional(),
    afterMs: durationMs.optional(),
    afterBytes: bytes.optional(),
    share,
  }),
  z.strictObject({ kind: z.literal("http2"), rules: rulesSchema }),
  z.strictObject({ kind: z.literal("sever") }),
  z.strictObject({ kind: z.literal("cut_after"), bytes, direction, share }),
  z.strictObject({
    kind: z.literal("slice"),
    maxBytes: bytes.min(1),
    variationBytes: bytes.optional(),
    delayMs: durationMs.optional(),
    direction,
    share,
  }),
  z.strictObject({
    kind: z.literal("bandwidth"),
    bytesPerSecond: z.number().min(0),
    burstBytes: z.number().min(1).optional(),
    direction,
    share,
  }),
  z.strictObject({ kind: z.literal("timeout"), afterMs: durationMs, direction, share }),
  z.strictObject({ kind: z.literal("slow_close"), delayMs: durationMs, direction, share }),
  z.strictObject({ kind: z.literal("half_close"), afterBytes: bytes.optional(), direction, share }),
  z.strictObject({ kind: z.literal("clog"), holdMs: durationMs, direction, share }),
  z.strictObject({ kind: z.literal("corrupt"), byteShare: z.number().min(0).max(1), direction, share }),
  z.strictObject({ kind: z.literal("tls_stall"), hold: z.enum(["client_hello", "server_hello"]), share }),
  z.strictObject({
    kind: z.literal("tls_certificate"),
    certificate: z.string(),
    key: z.string(),
    upstream: z.enum(["plain", "tls"]),
    ca: z.string().optional(),
    share,
  }),
]);
export type ToxicSpec = z.infer<typeof toxicSpecSchema>;
