/**
 * How the harness speaks with a process that hosts links (`fixtures/link/main.ts`): commands on its standard input,
 * events on its standard output, one JSON document a line. Each command is answered by a `done` event with its token.
 */
import { z } from "zod";
import type { EventBody } from "../../model/event.ts";
import { toxicSpecSchema } from "./toxic_spec.ts";

const token = z.number().int();
const link = z.string().min(1);
const fault = z.number().int();
const target = z.string().min(1);

/** Commands of the harness. */
export const linkCommandSchema = z.discriminatedUnion("command", [
  /** Opens a link, see `LinkOptions`. Done: {@link openedSchema}. */
  z.strictObject({
    command: z.literal("open"),
    token,
    name: link,
    target,
    bind: z.string(),
    host: z.string(),
    port: z.number().int().min(0).max(65535),
    seed: z.number(),
    protocol: z.enum(["tcp", "http2"]),
    toxics: z.array(z.strictObject({ name: z.string().optional(), toxic: toxicSpecSchema })),
  }),
  /** Puts a toxic in force. Done: {@link armedSchema}. */
  z.strictObject({ command: z.literal("arm"), token, link, name: z.string(), toxic: toxicSpecSchema }),
  /** Asks the witness of a fault. Done: {@link testimonySchema}. */
  z.strictObject({ command: z.literal("witness"), token, fault }),
  /** Heals a fault; a second time is harmless. Done: nothing. */
  z.strictObject({ command: z.literal("heal"), token, fault }),
  /** Sends new connections elsewhere. Done: nothing. */
  z.strictObject({ command: z.literal("retarget"), token, link, target }),
  /** Done: {@link booksSchema}. */
  z.strictObject({ command: z.literal("books"), token, link }),
  /** Closes a link. Done: nothing. */
  z.strictObject({ command: z.literal("close"), token, link }),
]);
export type LinkCommand = z.infer<typeof linkCommandSchema>;

/** A toxic in force: its number in this process, and what was done in words. */
export const armedSchema = z.object({ fault, name: z.string(), detail: z.string() });
/** Where a link listens, and the toxics that it was opened with. */
export const openedSchema = z.object({ address: z.string(), armed: z.array(armedSchema) });
export const testimonySchema = z.object({ witnessed: z.boolean(), detail: z.string() });

const perDirection = z.object({ up: z.number(), down: z.number() });
const directionCounters = z.object({ bytesIn: z.number(), bytesOut: z.number() });
/** What a link has seen, see `LinkBooks`. */
export const booksSchema = z.object({
  accepted: z.number(),
  targetFailures: z.number(),
  connections: z.number(),
  up: directionCounters,
  down: directionCounters,
  transits: z.array(
    z.object({
      direction: z.enum(["up", "down"]),
      readT: z.number(),
      writtenT: z.number(),
      bytes: z.number(),
    }),
  ),
  hits: z.record(
    z.string(),
    z.object({ connections: z.number(), bytes: z.number(), pieces: z.number(), strikes: z.number() }),
  ),
  ended: z.array(
    z.object({ ordinal: z.number(), endedT: z.number(), cause: z.string(), bytesOut: perDirection }),
  ),
});

/** Events of the process. */
export const linkEventSchema = z.discriminatedUnion("event", [
  /** It takes commands. Sent once, first. */
  z.object({ event: z.literal("ready") }),
  z.object({
    event: z.literal("done"),
    token,
    /** What went wrong; absent when it went well. */
    error: z.string().optional(),
    result: z.unknown().optional(),
  }),
  /** A link has something for the history. */
  z.object({
    event: z.literal("recorded"),
    link,
    source: z.string(),
    epochMs: z.number(),
    body: z.custom<EventBody>((value) => typeof value === "object" && value !== null && "kind" in value),
  }),
]);
export type LinkEvent = z.infer<typeof linkEventSchema>;
