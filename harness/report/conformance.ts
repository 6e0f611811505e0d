import { Document, isSeq, type Scalar } from "yaml";
import project from "../../deno.json" with { type: "json" };
import { FAMILIES } from "../model/clause.ts";
import { clauseById, CLAUSES } from "../model/clauses.ts";
import {
  type Conformance,
  type ConformanceProfile,
  conformanceSchema,
  type ConformanceStatus,
} from "./conformance_schema.ts";
import { implementationOf } from "./implementation.ts";
import type { ClauseReport, MeshReport, Report } from "./schema.ts";
import { clausesOf, CONTROLS } from "./score.ts";

/** Options of a run that judge a part of the catalogue: what is left out might have failed. */
const SELECTION = /\s--(clause|scenario|shard)\b/;

/**
 * The report as `conformance.yaml`: one document a mesh, with a remark beside every clause that was not kept. No
 * document for `direct`, which is no mesh, for a mesh that could not be had, or after a control breach.
 */
export function conformanceYaml(report: Report): string {
  if (report.breaches.length > 0) {
    return `# No conformance is claimed: the controls were breached, so the harness itself is in doubt.\n`;
  }
  const documents = report.meshes.filter(isMesh).map((mesh) => documentOf(report, mesh));
  return documents.length === 0 ? "# No mesh was judged.\n" : documents.join("---\n");
}

/** What `conformance.yaml` holds, as values. */
export function conformance(report: Report): readonly Conformance[] {
  return report.breaches.length > 0
    ? []
    : report.meshes.filter(isMesh).map((mesh) => conformanceOf(report, mesh));
}

function isMesh(mesh: MeshReport): boolean {
  return mesh.name !== CONTROLS.hasNone && mesh.unavailable === undefined;
}

function conformanceOf({ run }: Report, mesh: MeshReport): Conformance {
  const clauses = [...clausesOf(mesh).values()];
  const isSelection = SELECTION.test(run.command);
  const families = Object.keys(FAMILIES).map((family) =>
    [family, clauses.filter((clause) => clauseById(clause.id).family === family)] as const
  );
  return conformanceSchema.parse({
    apiVersion: "meshproof/v1",
    kind: "ConformanceReport",
    date: run.startedAt,
    meshproofVersion: project.version,
    meshproofCommit: run.commit,
    mode: run.runtime,
    implementation: implementationOf(mesh.name, mesh.version),
    profiles: families.flatMap(([family, own]) =>
      own.length === 0 ? [] : [profileOf(family, own, isSelection)]
    ),
  });
}

function profileOf(
  family: string,
  clauses: readonly ClauseReport[],
  isSelection: boolean,
): ConformanceProfile {
  const core = statusOf(clauses.filter((clause) => clause.level === "core"), isSelection);
  const extended = clauses.filter((clause) => clause.level === "extended");
  // As in Gateway API, an optional feature that is not declared is neither passed nor skipped.
  const declared = extended.filter((clause) => clause.verdict !== "unsupported");
  const undeclared = extended.filter((clause) => clause.verdict === "unsupported");
  const extendedStatus = { ...statusOf(declared, isSelection), ...features(declared, undeclared) };
  return {
    name: family,
    summary: summaryOf(family, clauses.length, core, extended.length === 0 ? undefined : extendedStatus),
    core,
    ...(extended.length === 0 ? {} : { extended: extendedStatus }),
  };
}

function statusOf(clauses: readonly ClauseReport[], isSelection: boolean): ConformanceStatus {
  const passed = idsOf(clauses, (clause) => clause.verdict === "pass");
  const failed = idsOf(clauses, (clause) => clause.verdict === "fail");
  const skipped = idsOf(clauses, (clause) => clause.verdict !== "pass" && clause.verdict !== "fail");
  return {
    result: failed.length > 0 ? "failure" : skipped.length > 0 || isSelection ? "partial" : "success",
    statistics: { Passed: passed.length, Skipped: skipped.length, Failed: failed.length },
    ...(skipped.length === 0 ? {} : { skippedTests: skipped }),
    ...(failed.length === 0 ? {} : { failedTests: failed }),
  };
}

function features(declared: readonly ClauseReport[], undeclared: readonly ClauseReport[]) {
  return {
    ...(declared.length === 0 ? {} : { supportedFeatures: idsOf(declared) }),
    ...(undeclared.length === 0 ? {} : { unsupportedFeatures: idsOf(undeclared) }),
  };
}

function idsOf(clauses: readonly ClauseReport[], holds: (clause: ClauseReport) => boolean = () => true) {
  return clauses.filter(holds).map((clause) => clause.id).sort();
}

/** Says too how much of the specification was looked at: conformance is claimed of no more than that. */
function summaryOf(
  family: string,
  clauses: number,
  core: ConformanceStatus,
  extended?: ConformanceStatus,
): string {
  const say = (level: string, { result, statistics: { Passed, Skipped, Failed } }: ConformanceStatus) => {
    const kept = `${Passed} of ${Passed + Failed} judged clauses kept`;
    return `${level} ${result} (${kept}${Skipped === 0 ? "" : `, ${Skipped} not judged`})`;
  };
  const name = FAMILIES[family as keyof typeof FAMILIES];
  const specified = CLAUSES.filter((clause) => clause.family === family).length;
  return `${name}: ${say("core", core)}${extended === undefined ? "" : `, ${say("extended", extended)}`}; ` +
    `the run has ${clauses} of the family's ${specified} clauses.`;
}

/** One mesh's document; why a clause was not kept stands behind its id. */
function documentOf(report: Report, mesh: MeshReport): string {
  const value = conformanceOf(report, mesh);
  const document = new Document(value);
  document.commentBefore =
    ` ${mesh.name} ${mesh.version}, judged in run ${report.run.id}, seed ${report.run.seed}`;
  const clauses = clausesOf(mesh);
  for (const [index, profile] of value.profiles.entries()) {
    for (const level of ["core", "extended"] as const) {
      if (profile[level] === undefined) continue;
      for (const list of ["skippedTests", "failedTests", "unsupportedFeatures"]) {
        const ids = document.getIn(["profiles", index, level, list]);
        if (!isSeq(ids)) continue;
        for (const id of ids.items as Scalar<string>[]) {
          const clause = clauses.get(id.value);
          if (clause !== undefined) id.comment = ` ${remark(clause)}`;
        }
      }
    }
  }
  return document.toString({ lineWidth: 0 });
}

function remark({ verdict, actual, deviation }: ClauseReport): string {
  const text = deviation === undefined
    ? `${verdict}: ${actual}`
    : `recorded deviation, ${deviation.link}: ${deviation.cause}`;
  const line = text.replaceAll(/\s+/g, " ").trim();
  const room = 160;
  return line.length <= room ? line : `${line.slice(0, room - 3).trimEnd()}...`;
}
