/** Toxics as data: to be sent to another process, or kept in a file. `toxic_of.ts` makes toxics of them. */
import { z } from "zod";

const directions = z.enum(["up", "down", "both"]);

/** A toxic's kind and all its parameters; the functions that make toxics say what they mean. */
export const toxicSpecSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("latency"),
    delayMs: z.number().min(0),
    jitterMs: z.number().min(0),
    direction: directions,
  }),
  z.strictObject({ kind: z.literal("blackhole"), directions }),
  z.strictObject({ kind: z.literal("refuse") }),
  z.strictObject({ kind: z.literal("reset"), ongoing: z.boolean() }),
  z.strictObject({ kind: z.literal("sever") }),
  z.strictObject({
    kind: z.literal("cut_after"),
    bytes: z.number().int().min(0),
    direction: directions,
  }),
  z.strictObject({ kind: z.literal("slice"), maxBytes: z.number().int().min(1) }),
]);
export type ToxicSpec = z.infer<typeof toxicSpecSchema>;
