import type { Change, Comparison } from "../report/comparison.ts";
import { type MatrixOptions, verdictTable } from "../report/matrix.ts";
import { replayLine } from "../report/replay_line.ts";
import { clausesOf, isControl } from "../report/score.ts";
import type { Column, NamedRun } from "./compared_runs.ts";
import { REPORTS } from "./folders.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Prints the runs by letter, the matrix with scores below, and what differs, worst with its reasons.
 *
 * @param isChangedOnly Clauses that are judged the same everywhere are left out of the matrix.
 */
export function showComparison(
  runs: readonly NamedRun[],
  columns: readonly Column[],
  comparison: Comparison,
  isChangedOnly: boolean,
  terminal: Terminal,
): void {
  const { changes } = comparison;
  const letters = letterOf(runs);
  const letter = (run: number) => letters.get(runs[run]?.report.run.id ?? "") ?? "";
  const title = (column: number) => {
    const own = columns[column];
    return own === undefined ? "" : `${letter(own.run)} ${own.mesh.name} ${own.mesh.version}`;
  };
  const shown = [...columns.keys()].filter((column) => !isQuietControl(column, columns, changes));
  for (const { folder, report: { run } } of distinct(runs)) {
    const commit = shortCommit(run.commit);
    terminal.print(`${letters.get(run.id)}  ${folder}: ${run.startedAt}, seed ${run.seed}, commit ${commit}`);
  }
  const table = shown.flatMap((column) => {
    const own = columns[column];
    return own === undefined ? [] : [{ title: title(column), mesh: own.mesh }];
  });
  terminal.print(verdictTable(table, terminal.paint, options(shown, changes, isChangedOnly, terminal)));
  if (shown.length < columns.length) terminal.print("controls that are the same everywhere are left out");
  for (const { column, baseline, onlyIn, clauses } of comparison.unmatched) {
    if (!shown.includes(column)) continue;
    terminal.print(`not in ${title(onlyIn === "baseline" ? column : baseline)}: ${clauses.join(", ")}`);
  }
  for (const line of missingMeshes(runs, letter)) terminal.print(line);
  for (const change of changes) {
    for (const line of changeLines(change, runs, columns, title, terminal)) terminal.print(line);
  }
  for (const { folder, report } of distinct(runs)) {
    for (const breach of report.breaches) {
      terminal.print(terminal.paint("bad", `control breach in ${folder}, which proves nothing: ${breach}`));
    }
  }
  terminal.print(sum(changes, terminal));
}

function options(
  shown: readonly number[],
  changes: readonly Change[],
  isChangedOnly: boolean,
  { paint }: Terminal,
): MatrixOptions {
  return {
    families: true,
    remark: (index, clause) => {
      const kind = changes.find((change) => change.clause === clause && change.column === shown[index])?.kind;
      if (kind === "worse") return ` ${paint("bad", "(worse)")}`;
      return kind === "better" ? ` ${paint("good", "(better)")}` : "";
    },
    ...(isChangedOnly ? { clauses: new Set(changes.map(({ clause }) => clause)) } : {}),
  };
}

/** Meshes of the first run that another whole run has not. */
function missingMeshes(runs: readonly NamedRun[], letter: (run: number) => string): string[] {
  if (runs.some(({ mesh }) => mesh !== undefined)) return [];
  return runs.flatMap(({ report }, index) => {
    const names = new Set(report.meshes.map(({ name }) => name));
    return (runs[0]?.report.meshes ?? []).filter(({ name }) => !names.has(name))
      .map(({ name }) => `not in ${letter(index)}: the mesh ${name}`);
  });
}

function changeLines(
  { kind, clause, before, after, ...change }: Change,
  runs: readonly NamedRun[],
  columns: readonly Column[],
  title: (column: number) => string,
  { paint }: Terminal,
): string[] {
  const verdicts = `${before.verdict} in ${title(change.baseline)}, ${after.verdict} in ${
    title(change.column)
  }`;
  if (kind === "better") return [paint("good", `better: ${clause}: ${verdicts}`)];
  if (kind === "other") return [`changed: ${clause}: ${verdicts}`];
  return [
    paint("bad", `worse: ${clause}: ${verdicts}`),
    `  expected: ${after.expected}`,
    `  actual:   ${after.actual}`,
    ...replayOf(columns[change.column], after.id, runs),
  ];
}

/** The line that replays the cell which decided the clause, where one was driven. */
function replayOf(column: Column | undefined, clause: string, runs: readonly NamedRun[]): string[] {
  const run = column === undefined ? undefined : runs[column.run];
  if (column === undefined || run === undefined) return [];
  const { mesh } = column;
  const result = clausesOf(mesh).get(clause);
  const cell = mesh.cells.find(({ clauses }) => result !== undefined && clauses.includes(result));
  if (cell === undefined || cell.runs.length === 0) return [];
  const { id } = run.report.run;
  const name = run.folder === `${REPORTS}/${id}` ? id : run.folder;
  return [`  replay:   ${replayLine(name, mesh.name, cell.scenario)}`];
}

function sum(changes: readonly Change[], { paint }: Terminal): string {
  const count = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind).length;
  const worse = count("worse");
  return paint(
    worse === 0 ? "good" : "bad",
    `${worse === 0 ? "nothing" : worse} worse, ${count("better")} better`,
  );
}

/** A control beside other meshes is news only where it is not what it was. */
function isQuietControl(column: number, columns: readonly Column[], changes: readonly Change[]): boolean {
  const name = columns[column]?.mesh.name ?? "";
  if (!isControl(name) || columns.every(({ mesh }) => isControl(mesh.name))) return false;
  const isAskedFor = columns.some(({ baseline, mesh }) =>
    baseline !== undefined && columns[baseline]?.mesh.name !== mesh.name
  );
  return !isAskedFor && !changes.some((change) => columns[change.column]?.mesh.name === name);
}

/** A, B, C ... by run: ids are long. */
function letterOf(runs: readonly NamedRun[]): ReadonlyMap<string, string> {
  return new Map(
    distinct(runs).map(({ report }, index) =>
      [report.run.id, index < 26 ? String.fromCharCode(65 + index) : `R${index + 1}`] as const
    ),
  );
}

/** Each run once, however many of its meshes were named. */
function distinct(runs: readonly NamedRun[]): readonly NamedRun[] {
  return runs.filter(({ report }, index) =>
    runs.findIndex((each) => each.report.run.id === report.run.id) === index
  );
}

/** Nobody reads 40 digits; that the tree had changes is told. */
function shortCommit(commit: string): string {
  return commit.replace(/^([0-9a-f]{9})[0-9a-f]+/, "$1");
}
