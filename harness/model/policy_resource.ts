import { z } from "zod";
import { nearest } from "./nearest.ts";
import { fieldNames } from "./policy_field.ts";
import {
  type DestinationRuleResource,
  KINDS_NOT_YET,
  type PeerAuthenticationResource,
  SCHEMAS,
  type VirtualServiceResource,
} from "./policy_schema.ts";
import type { FieldPath, PolicySource } from "./policy_source.ts";

/** A resource of a policy file that is sound by itself, with the place it came from. */
export type PolicyResource =
  | { readonly source: PolicySource; readonly value: VirtualServiceResource }
  | { readonly source: PolicySource; readonly value: DestinationRuleResource }
  | { readonly source: PolicySource; readonly value: PeerAuthenticationResource };

/**
 * Reads one resource by the schema of its kind; what is wrong is reported to `source`.
 *
 * @param value The document as plain data.
 * @returns `undefined` when anything was wrong.
 */
export function readResource(value: unknown, source: PolicySource): PolicyResource | undefined {
  const kind = kindOf(value, source);
  if (kind === undefined) return undefined;
  const schema: z.ZodType<PolicyResource["value"]> = SCHEMAS[kind];
  const result = schema.safeParse(value);
  if (result.success) return { source, value: result.data } as PolicyResource;
  for (const issue of result.error.issues) reportIssue(issue, schema, source);
  return undefined;
}

function kindOf(value: unknown, source: PolicySource): keyof typeof SCHEMAS | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    source.report([], "a resource of Istio's: a mapping with apiVersion, kind, metadata and spec");
    return undefined;
  }
  const kind: unknown = Object.hasOwn(value, "kind") ? (value as { kind: unknown }).kind : undefined;
  const known = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[];
  const found = known.find((name) => name === kind);
  if (found !== undefined) return found;
  if ((KINDS_NOT_YET as readonly unknown[]).includes(kind)) {
    source.report(["kind"], `one of ${known.join(", ")}`, {
      hint: `${kind} is Istio's but not supported here yet: take it out`,
    });
  } else {
    const close = typeof kind === "string" ? nearest(kind, [...known, ...KINDS_NOT_YET]) : undefined;
    source.report(
      ["kind"],
      `one of ${known.join(", ")}`,
      close === undefined ? {} : { hint: `did you mean ${close}?` },
    );
  }
  return undefined;
}

function reportIssue(issue: z.core.$ZodIssue, schema: z.ZodType, source: PolicySource): void {
  const path = issue.path.map((step) => typeof step === "symbol" ? String(step) : step);
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) reportUnknown(path, key, schema, source);
  } else if (issue.code === "invalid_key") {
    const key = String(path.at(-1));
    source.report(path, issue.issues[0]?.message ?? "a valid name", {
      found: JSON.stringify(key),
      atKey: true,
    });
  } else {
    source.report(path, issue.message);
  }
}

function reportUnknown(path: FieldPath, key: string, schema: z.ZodType, source: PolicySource): void {
  const { known, notYet } = fieldsAt(schema, path);
  const at = [...path, key];
  if (notYet.includes(key)) {
    source.report(at, `only fields that Meshproof can put to the test (${known.join(", ")})`, {
      found: `"${key}"`,
      hint: `${key} is Istio's but not supported here yet: take it out`,
      atKey: true,
    });
    return;
  }
  const close = nearest(key, [...known, ...notYet]);
  source.report(at, `one of ${known.join(", ")}`, {
    found: `the unknown field "${key}"`,
    hint: close === undefined ? "take it out" : `did you mean ${close}?`,
    atKey: true,
  });
}

/** The fields that the object schema at a path knows. */
function fieldsAt(root: z.ZodType, path: FieldPath): { known: readonly string[]; notYet: readonly string[] } {
  let schema: unknown = unwrap(root);
  for (const step of path) {
    if (schema instanceof z.ZodObject) schema = unwrap(schema.shape[step]);
    else if (schema instanceof z.ZodArray) schema = unwrap(schema.element);
    else if (schema instanceof z.ZodRecord) schema = unwrap(schema.valueType);
  }
  if (!(schema instanceof z.ZodObject)) return { known: [], notYet: [] };
  return { known: Object.keys(schema.shape), notYet: fieldNames.get(schema)?.notYet ?? [] };
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}
