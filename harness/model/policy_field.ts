import { z } from "zod";
import { parseDuration } from "./duration.ts";

/**
 * A leaf of a policy schema: one sentence says what is expected, one function reads it.
 *
 * @param expected Completes "expected ..." in the error.
 * @param read Gives the value, or `undefined` when it is not as expected.
 */
export function leaf<T>(
  expected: string,
  read: (value: unknown) => T | undefined,
): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: "custom", message: expected, input: value });
    return z.NEVER;
  });
}

/** A YAML mapping with exactly these fields. */
export interface FieldNames {
  /** Fields that Istio defines here and `Policy` cannot express yet. */
  readonly notYet: readonly string[];
}

/** Which of Istio's fields each object schema leaves out, for the error message. */
export const fieldNames: z.core.$ZodRegistry<FieldNames> = z.registry<FieldNames>();

/**
 * A strict object of Istio's.
 *
 * @param notYet Istio's fields at this place that are refused as "not supported yet" and not as unknown.
 */
export function istioObject<S extends z.ZodRawShape>(
  shape: S,
  notYet: readonly string[] = [],
): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, { error: "a mapping" }).register(fieldNames, { notYet });
}

/** A list with at least one element. */
export function list<T extends z.ZodType>(element: T, what: string): z.ZodArray<T> {
  return z.array(element, { error: `a list of ${what}` }).min(1, { error: `at least one of ${what}` });
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return leaf(`a whole number ${range}`, (value) => readNumber(value, min, max, true));
}

/** A number from 0 to 100. */
export const percent: z.ZodType<number> = leaf(
  "a percentage from 0 to 100",
  (value) => readNumber(value, 0, 100, false),
);

function readNumber(value: unknown, min: number, max: number, whole: boolean): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    return undefined;
  }
  return value >= min && value <= max ? value : undefined;
}

/** Milliseconds from a duration; Istio takes none below 1 ms and none finer than 1 ms. */
export const duration: z.ZodType<number> = leaf(
  'a duration of at least 1ms in whole milliseconds, such as "1.5s" or "250ms"',
  (value) => {
    const durationMs = typeof value === "string" ? parseDuration(value) : undefined;
    return durationMs !== undefined && durationMs >= 1 && Number.isSafeInteger(durationMs)
      ? durationMs
      : undefined;
  },
);

/** A non-empty string. */
export function text(what: string): z.ZodType<string> {
  return leaf(what, (value) => typeof value === "string" && value !== "" ? value : undefined);
}

/** A lower-case DNS label (RFC 1123), which Kubernetes demands of names. */
export function label(what: string): z.ZodType<string> {
  return leaf(
    `${what}: lower-case letters, digits and hyphens, at most 63`,
    (value) =>
      typeof value === "string" && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value) ? value : undefined,
  );
}

/** One of Istio's enumeration values; those in `notYet` are refused by name. */
export function oneOf<const T extends string>(
  values: readonly T[],
  notYet: readonly string[] = [],
): z.ZodType<T> {
  const also = notYet.length === 0 ? "" : ` (Istio's ${notYet.join(", ")} is not supported here yet)`;
  return leaf(`${values.join(", ")}${also}`, (value) => values.find((known) => known === value));
}

/**
 * The name of a service from a host as Istio writes it: the short name, or `<name>.<namespace>.svc[.cluster.local]`.
 * The namespace is dropped: all services of a cell live in one.
 */
export const serviceHost: z.ZodType<string> = leaf(
  'a service as "name" or "name.namespace.svc.cluster.local" (no wildcard)',
  (value) => {
    if (typeof value !== "string") return undefined;
    const host = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\.[a-z0-9-]+\.svc(\.cluster\.local)?)?$/.exec(value);
    return host?.[1];
  },
);
