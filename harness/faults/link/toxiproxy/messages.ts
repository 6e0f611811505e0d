/**
 * The JSON of Toxiproxy's HTTP API, both ways. What comes in is read as Go's decoder reads it: names of fields match
 * in any case, `null` is as good as nothing, and fields that nobody knows are passed over.
 */
import { z } from "zod";
import { badRequestBody } from "./api_error.ts";

/** A toxic as the API shows it. */
export interface ToxicMessage {
  readonly attributes: Attributes;
  readonly name: string;
  readonly type: string;
  /** `upstream` or `downstream`, as it was written when the toxic was made. */
  readonly stream: string;
  /** Share of connections, 0 to 1. */
  readonly toxicity: number;
}

/** Where a proxy listens and where it connects to, `host:port` both. */
export interface ProxyPlace {
  readonly listen: string;
  readonly upstream: string;
}

/** A proxy as the API shows it. */
export interface ProxyMessage extends ProxyPlace {
  readonly name: string;
  readonly enabled: boolean;
  readonly toxics: readonly ToxicMessage[];
}

/** Parameters of a toxic. */
export type Attributes = Readonly<Record<string, unknown>>;

const text = z.string().nullish().transform((value) => value ?? undefined);
const flag = z.boolean().nullish().transform((value) => value ?? undefined);
const number = z.number().nullish().transform((value) => value ?? undefined);
const attributes = z.record(z.string(), z.unknown()).nullish().transform((value) => value ?? {});

const toxicSchema = z.object({ name: text, type: text, stream: text, toxicity: number, attributes });
/** What a toxic is made from. */
export type ToxicInput = z.output<typeof toxicSchema>;

const toxicChangeSchema = z.object({ toxicity: number, attributes });
/** What may be changed of a toxic. */
export type ToxicChange = z.output<typeof toxicChangeSchema>;

const proxySchema = z.object({
  name: text,
  listen: text,
  upstream: text,
  enabled: flag,
  /** Not Toxiproxy's: what the proxy understands of what passes. */
  protocol: z.enum(["tcp", "http2"]).nullish().transform((value) => value ?? undefined),
  /** Not Toxiproxy's: toxics that are in force before the proxy takes its first connection. */
  arm: z.array(z.preprocess(canonical(toxicSchema), toxicSchema)).nullish().transform((value) => value ?? []),
});
/** What a proxy is made from, or changed to. */
export type ProxyInput = z.output<typeof proxySchema>;

/** @throws {ApiError} 400 when a field is of another type than it must be. */
export function readToxic(body: unknown): ToxicInput {
  return read(toxicSchema, body);
}

/** @throws {ApiError} 400 when a field is of another type than it must be. */
export function readToxicChange(body: unknown): ToxicChange {
  return read(toxicChangeSchema, body);
}

/** @throws {ApiError} 400 when a field is of another type than it must be. */
export function readProxy(body: unknown): ProxyInput {
  return read(proxySchema, body);
}

/** @throws {ApiError} 400 when it is no list, or a field is of another type than it must be. */
export function readProxies(body: unknown): ProxyInput[] {
  if (body !== null && !Array.isArray(body)) {
    throw badRequestBody(`expected a list of proxies, found ${kindOf(body)}`);
  }
  return (body ?? []).map((each: unknown) => read(proxySchema, each));
}

/** Checks parameters, with the error that a wrong one gets. */
export function readAttributes<Schema extends z.ZodObject>(schema: Schema, given: unknown): z.output<Schema> {
  return read(schema, given, "attributes.");
}

function read<Schema extends z.ZodObject>(schema: Schema, body: unknown, prefix = ""): z.output<Schema> {
  const { success, data, error } = schema.safeParse(canonical(schema)(body ?? {}));
  if (success) return data;
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${prefix}${issue.path.join(".")}: `;
  throw badRequestBody(`${where}${issue?.message ?? error.message}`);
}

/** Gives the fields of an object the names that the schema has for them, whatever their case. */
function canonical(schema: z.ZodObject): (body: unknown) => unknown {
  const names = new Map(Object.keys(schema.shape).map((name) => [name.toLowerCase(), name]));
  return (body) =>
    typeof body !== "object" || body === null || Array.isArray(body) ? body : Object.fromEntries(
      Object.entries(body).map(([name, value]) => [names.get(name.toLowerCase()) ?? name, value]),
    );
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a JSON ${typeof value}`;
}
