/** Core: a mesh that declares the family must keep it. Extended: declared one by one. Graded: a figure, never pass or fail. */
export type ClauseLevel = "core" | "extended" | "graded";

/** The families of clauses by the prefix of their ids, in the order of the specification. */
export const FAMILIES = {
  RTE: "Routing",
  CFG: "Configuration push",
  DSC: "Discovery and registration",
  BRK: "Circuit breaking and outlier ejection",
  RTY: "Retry",
  LIM: "Rate limit",
  TMO: "Timeout",
  SEC: "Identity and encryption",
  OBS: "Observability",
  GTW: "Gateway from HTTP/JSON to gRPC",
  SID: "Transparent interception",
  EVT: "Events",
  SYS: "The whole system under chaos",
} as const;

export type ClauseFamily = keyof typeof FAMILIES;

/** One promise that a mesh makes, small enough to be broken on its own. */
export interface Clause {
  /** `<family>-<two digits>`. */
  readonly id: string;
  readonly level: ClauseLevel;
  readonly family: ClauseFamily;
  /** The promise. Values written `{like this}` come from the policy under test or from the timing table. */
  readonly sentence: string;
  /** Whose promise it is: the field of Istio's, the protocol or the standard that it is read from. */
  readonly source: string;
  /**
   * Whether it takes a mesh to keep it. Only where a bare client and a bare server can keep it by themselves is this
   * false; `direct` keeping any other clause is a control breach.
   */
  readonly needsMesh: boolean;
}

/** What bare services can do by themselves, such as handing on a trace context. */
export const WITHOUT_MESH = { needsMesh: false } as const;

/** A clause that every mesh of the family must keep. */
export function core(id: string, sentence: string, source: string, options = { needsMesh: true }): Clause {
  return { id, level: "core", family: familyOf(id), sentence, source, ...options };
}

/** A clause that a mesh declares by itself. */
export function extended(
  id: string,
  sentence: string,
  source: string,
  options = { needsMesh: true },
): Clause {
  return { ...core(id, sentence, source, options), level: "extended" };
}

function familyOf(id: string): ClauseFamily {
  const prefix = id.slice(0, id.indexOf("-"));
  if (Object.hasOwn(FAMILIES, prefix)) return prefix as ClauseFamily;
  throw new RangeError(
    `Cannot file clause "${id}": expected an id that begins with one of ${Object.keys(FAMILIES).join(", ")}`,
  );
}
