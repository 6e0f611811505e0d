import { z } from "zod";
import { toxicOf, toxicSpecSchema } from "../mod.ts";
import { ownToxicTypes } from "./own_toxic_types.ts";
import { resetPeer } from "./reset_peer.ts";
import { type ToxicType, toxicType } from "./toxic_type.ts";

/** A count, a size or a time: Go's int64, whose default is 0. */
const whole = z.number().int().default(0);

/** Toxiproxy takes any number; one that makes no sense counts as the least that does. */
const atLeast = Math.max;

/**
 * The types of toxics that Toxiproxy has, by what they do there (`toxics/*.go`, the README's "Toxics"). They reach
 * the link as its own toxics, so that chance comes from the link's seed and hits are counted.
 */
const TOXIPROXY: readonly ToxicType[] = [
  of("latency", { latency: whole, jitter: whole }, ({ latency, jitter }) => ({
    kind: "latency",
    delayMs: atLeast(0, latency),
    jitterMs: atLeast(0, jitter),
  })),
  // A rate of 0 lets nothing through, there as here.
  of(
    "bandwidth",
    { rate: whole },
    ({ rate }) => ({ kind: "bandwidth", bytesPerSecond: 1000 * atLeast(0, rate) }),
  ),
  of("slow_close", { delay: whole }, ({ delay }) => ({ kind: "slow_close", delayMs: atLeast(0, delay) })),
  {
    ...of(
      "timeout",
      { timeout: whole },
      ({ timeout }) => ({ kind: "timeout", afterMs: atLeast(0, timeout) }),
    ),
    // What it has dropped is missed by both sides.
    endsConnections: true,
  },
  toxicType(
    "reset_peer",
    z.object({ timeout: whole }),
    (it, direction, share) => resetPeer({ timeoutMs: atLeast(0, it.timeout), direction, share }),
  ),
  of("slicer", { average_size: whole, size_variation: whole, delay: whole }, (it) => ({
    kind: "slice",
    maxBytes: atLeast(1, it.average_size),
    // Toxiproxy says that it must be less than the average, and takes more all the same.
    variationBytes: Math.min(atLeast(0, it.size_variation), atLeast(1, it.average_size) - 1),
    delayMs: atLeast(0, it.delay) / 1000,
  })),
  of("limit_data", { bytes: whole }, ({ bytes }) => ({ kind: "cut_after", bytes: atLeast(0, bytes) })),
  toxicType("noop", z.object({}), () => undefined),
];

/** Every type of toxic that the API knows, by its name. */
export const TOXIC_TYPES: ReadonlyMap<string, ToxicType> = new Map(
  [...TOXIPROXY, ...ownToxicTypes()].map((each) => [each.type, each]),
);

/** A type of toxic that one toxic of the link does, with the direction and the share that the API was given. */
function of<Shape extends z.ZodRawShape>(
  type: string,
  shape: Shape,
  specOf: (attributes: z.output<z.ZodObject<Shape>>) => object,
): ToxicType {
  return toxicType(
    type,
    z.object(shape),
    (attributes, direction, share) =>
      toxicOf(toxicSpecSchema.parse({ ...specOf(attributes), direction, share })),
  );
}
