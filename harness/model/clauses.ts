import type { Clause } from "./clause.ts";
import { BREAKER } from "./clauses/breaker.ts";
import { CONFIGURATION } from "./clauses/configuration.ts";
import { DISCOVERY } from "./clauses/discovery.ts";
import { EVENTS } from "./clauses/events.ts";
import { GATEWAY } from "./clauses/gateway.ts";
import { INTERCEPTION } from "./clauses/interception.ts";
import { OBSERVABILITY } from "./clauses/observability.ts";
import { RATE_LIMIT } from "./clauses/rate_limit.ts";
import { RETRY } from "./clauses/retry.ts";
import { ROUTING } from "./clauses/routing.ts";
import { SECURITY } from "./clauses/security.ts";
import { SYSTEM } from "./clauses/system.ts";
import { TIMEOUT } from "./clauses/timeout.ts";
import { nearest } from "./nearest.ts";

/** The specification: every clause, by family in the order of `FAMILIES`, then by number. */
export const CLAUSES: readonly Clause[] = [
  ...ROUTING,
  ...CONFIGURATION,
  ...DISCOVERY,
  ...BREAKER,
  ...RETRY,
  ...RATE_LIMIT,
  ...TIMEOUT,
  ...SECURITY,
  ...OBSERVABILITY,
  ...GATEWAY,
  ...INTERCEPTION,
  ...EVENTS,
  ...SYSTEM,
];

const BY_ID: ReadonlyMap<string, Clause> = new Map(CLAUSES.map((clause) => [clause.id, clause]));

/**
 * The clause with an id.
 *
 * @throws {RangeError} When there is none; names the nearest id.
 */
export function clauseById(id: string): Clause {
  const clause = BY_ID.get(id);
  if (clause !== undefined) return clause;
  const family = CLAUSES.filter((each) => each.family === id.slice(0, 3));
  const last = family.at(-1);
  const close = nearest(id, BY_ID.keys());
  const hint = last !== undefined
    ? `the family has ${family[0]?.id} to ${last.id}`
    : close === undefined
    ? "`meshproof list` shows them all"
    : `did you mean ${close}?`;
  throw new RangeError(`Cannot find clause "${id}": expected one of the ${CLAUSES.length} clauses; ${hint}`);
}
