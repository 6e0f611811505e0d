import { clauseById } from "../../model/clauses.ts";
import type { Verdict } from "../../model/verdict.ts";
import type { CellReport, ClauseReport, MeshReport, Report } from "../schema.ts";
import { scoreOf } from "../score.ts";

/** A clause's result; `more` replaces what a test cares about. */
export function result(id: string, verdict: Verdict, more: Partial<ClauseReport> = {}): ClauseReport {
  return {
    id,
    level: clauseById(id).level,
    verdict,
    expected: `${id} is kept`,
    actual: `${id} is ${verdict}`,
    evidence: [],
    ...more,
  };
}

/** A failure that is a recorded deviation. */
export function deviating(id: string): ClauseReport {
  return result(id, "fail", {
    deviation: { cause: "its makers chose otherwise", link: "https://example.org/issue/1" },
  });
}

/** A cell that was driven once and judged so. */
export function cell(scenario: string, ...clauses: readonly ClauseReport[]): CellReport {
  return {
    scenario,
    seconds: 1.5,
    runs: [{
      alone: false,
      seconds: 1.5,
      parts: { drive: 1.5 },
      history: `history/${scenario.replace("/", ".")}.ndjson`,
      verdicts: Object.fromEntries(clauses.map(({ id, verdict }) => [id, verdict])),
    }],
    clauses: [...clauses],
  };
}

/** A mesh with its score. */
export function mesh(name: string, ...cells: readonly CellReport[]): MeshReport {
  return {
    name,
    version: "1.0",
    declared: ["routing"],
    score: scoreOf({ cells: [...cells] }),
    cells: [...cells],
  };
}

/** A whole report about these meshes. */
export function report(...meshes: readonly MeshReport[]): Report {
  return {
    schema: "meshproof.report/v1",
    run: {
      id: "20260102-030405-seed7",
      seed: 7,
      commit: "0123456",
      command: "run --seed 7 --mesh reference",
      runtime: "process",
      startedAt: "2026-01-02T03:04:05.000Z",
      wallSeconds: 12.5,
      parts: { cells: 11 },
      tools: { etcd: "3.7.3" },
      machine: { os: "linux", arch: "x86_64", cores: 2, memoryBytes: 1024, deno: "2.9.6" },
    },
    meshes: [...meshes],
    breaches: [],
    exitCode: 0,
  };
}
