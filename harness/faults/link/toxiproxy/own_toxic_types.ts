import { z } from "zod";
import { toxicOf, toxicSpecSchema } from "../mod.ts";
import { ApiError } from "./api_error.ts";
import { readAttributes } from "./messages.ts";
import type { ToxicType } from "./toxic_type.ts";

/** Before the name of a kind of toxic that Toxiproxy does not have, so that no later version of it can clash. */
const PREFIX = "meshproof_";

/**
 * The link's own toxics for the API: each kind as the type `meshproof_<kind>`, whose attributes are the parameters of
 * its specification (`toxic_spec.ts`). The direction is the stream's unless the attributes name one, such as `both`;
 * the share is the toxicity.
 */
export function ownToxicTypes(): ToxicType[] {
  return toxicSpecSchema.options.map((option) => {
    const schema: z.ZodObject = option;
    const kind = option.shape.kind.value;
    const hasDirection = "direction" in schema.shape;
    const hasShare = "share" in schema.shape;
    const { kind: _kind, share: _share, ...shape } = schema.shape;
    const attributes = z.strictObject({
      ...shape,
      ...(hasDirection ? { direction: (shape["direction"] as z.ZodType).optional() } : {}),
    });
    return {
      type: `${PREFIX}${kind}`,
      attributes,
      read: (given, before = {}) => readAttributes(attributes, { ...before, ...given }),
      make(given, direction, share) {
        if (!hasShare && share < 1) {
          throw new ApiError(400, `toxicity: expected 1, as ${PREFIX}${kind} has no share, found ${share}`);
        }
        return toxicOf(toxicSpecSchema.parse({
          kind,
          ...(hasDirection ? { direction } : {}),
          ...given,
          ...(hasShare ? { share } : {}),
        }));
      },
    };
  });
}
