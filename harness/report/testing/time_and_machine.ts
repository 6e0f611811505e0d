/**
 * What a merged report may differ in from the report of one machine that ran everything: time and machine, and nothing
 * else. Paths into report.json; `*` stands for every item of a list.
 */
export const TIME_AND_MACHINE: readonly string[] = [
  // Holds the time and the process.
  "run.id",
  "run.startedAt",
  "run.wallSeconds",
  "run.parts",
  "run.machine",
  // Which machine ran what, and when; a run of one machine has none.
  "run.shards",
];

/** What any two runs of one cell differ in beside that, since time passes differently in each. */
export const TIME_OF_A_CELL: readonly string[] = [
  "meshes.*.cells.*.seconds",
  // Seconds by part; whether a doubtful one was made again.
  "meshes.*.cells.*.runs",
  // Each event with its time, and in the order of time.
  "meshes.*.cells.*.clauses.*.evidence",
];

/** A copy of a document without the fields at these paths. */
export function without(document: unknown, paths: readonly string[]): unknown {
  const copy = structuredClone(document);
  for (const path of paths) remove(copy, path.split("."));
  return copy;
}

function remove(at: unknown, [step, ...rest]: readonly string[]): void {
  if (typeof at !== "object" || at === null || step === undefined) return;
  const fields = at as Record<string, unknown>;
  for (const name of step === "*" ? Object.keys(fields) : [step]) {
    if (rest.length === 0) delete fields[name];
    else remove(fields[name], rest);
  }
}
