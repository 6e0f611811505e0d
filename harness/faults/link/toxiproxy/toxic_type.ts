import type { z } from "zod";
import type { Direction, Toxic } from "../toxic.ts";
import { type Attributes, readAttributes } from "./messages.ts";

/** A type of toxic, as the API knows it. */
export interface ToxicType {
  /** As in the field `type`. */
  readonly type: string;
  /** What its parameters must be. */
  readonly attributes: z.ZodObject;
  /** Whether the connections that it strikes end when it is removed. @default false */
  readonly endsConnections?: boolean;
  /**
   * The parameters in full.
   *
   * @param given Those that a request names.
   * @param before Those that hold so far, when they are changed.
   * @throws {ApiError} 400 when one is not what it must be.
   */
  read(given: Attributes, before?: Attributes): Attributes;
  /**
   * What does it on the link.
   *
   * @param attributes As `read` gave them.
   * @param direction Of the toxic's stream.
   * @param share Share of connections, 0 to 1.
   * @returns Undefined for a toxic that does nothing.
   * @throws {ApiError} 400 when the link cannot do it with these parameters.
   */
  make(attributes: Attributes, direction: Direction, share: number): Toxic | undefined;
}

/**
 * A type of toxic from the schema of its parameters. A parameter that is `null` is one that is not named.
 *
 * @param make As in {@linkcode ToxicType}.
 */
export function toxicType<Schema extends z.ZodObject>(
  type: string,
  schema: Schema,
  make: (attributes: z.output<Schema>, direction: Direction, share: number) => Toxic | undefined,
): ToxicType {
  return {
    type,
    attributes: schema,
    read: (given, before = {}) => {
      const named = Object.entries(given).filter(([, value]) => value !== null);
      return readAttributes(schema, { ...before, ...Object.fromEntries(named) });
    },
    make: (attributes, direction, share) => make(attributes as z.output<Schema>, direction, share),
  };
}
