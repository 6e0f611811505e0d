import { z } from "zod";

/** Colours of shields.io, best first; `lightgrey` where there is nothing to say. */
export const BADGE_COLOURS = ["brightgreen", "green", "yellow", "orange", "red", "lightgrey"] as const;

/** `badge.json`: what a shields.io endpoint badge reads (https://shields.io/badges/endpoint-badge). */
export const badgeSchema = z.strictObject({
  schemaVersion: z.literal(1),
  label: z.string().min(1),
  message: z.string().min(1),
  color: z.enum(BADGE_COLOURS),
  /** The badge tells of trouble with the harness, not of a mesh. */
  isError: z.boolean().optional(),
});

export type Badge = z.infer<typeof badgeSchema>;
