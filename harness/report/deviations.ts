import { errorText } from "../model/error_text.ts";
import { parse } from "yaml";
import { z } from "zod";
import { clauseById } from "../model/clauses.ts";
import type { MeshReport } from "./schema.ts";
import { clausesOf, type StaleDeviation } from "./score.ts";

const deviationSchema = z.strictObject({
  mesh: z.string(),
  clause: z.string().superRefine((id, context) => {
    try {
      clauseById(id);
    } catch (error) {
      context.addIssue({ code: "custom", message: errorText(error) });
    }
  }),
  /** Why the mesh breaks the clause, in its own terms. */
  cause: z.string().min(20),
  /** Where its makers say so: manual, issue or source. */
  link: z.url(),
});

/** A clause that a mesh is known to break. It stays a failure in every score; it does not turn a run red. */
export type Deviation = z.infer<typeof deviationSchema>;

/** The deviations that come with the harness. */
export const DEVIATIONS_FILE: string = decodeURIComponent(
  new URL("../../scenarios/deviations.yaml", import.meta.url).pathname,
);

/** @throws TypeError Naming the file, the entry and the field when an entry is malformed or given twice. */
export async function readDeviations(file: string = DEVIATIONS_FILE): Promise<readonly Deviation[]> {
  return parseDeviations(await Deno.readTextFile(file), file);
}

/** See {@linkcode readDeviations}. */
export function parseDeviations(text: string, file: string): readonly Deviation[] {
  const parsed = z.array(deviationSchema).safeParse(parseYaml(text, file) ?? []);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const place = issue.path.length === 0 ? "the file" : `entry ${issue.path.join(".")}`;
      return `  ${place}: ${issue.message}`;
    });
    throw new TypeError(
      `${file}: expected a list of {mesh, clause, cause, link}, found:\n${problems.join("\n")}`,
    );
  }
  const seen = new Set<string>();
  for (const { mesh, clause } of parsed.data) {
    if (seen.has(`${mesh} ${clause}`)) {
      throw new TypeError(`${file}: expected one entry for ${mesh} ${clause}, found two`);
    }
    seen.add(`${mesh} ${clause}`);
  }
  return parsed.data;
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new TypeError(`${file}: expected YAML, found: ${errorText(error)}`);
  }
}

/** The recorded deviation of a mesh from a clause, if there is one. */
export function deviationOf(
  deviations: readonly Deviation[],
  mesh: string,
  clause: string,
): Deviation | undefined {
  return deviations.find((deviation) => deviation.mesh === mesh && deviation.clause === clause);
}

/** Recorded deviations of which this run shows that they are none any more. */
export function staleDeviations(
  meshes: readonly MeshReport[],
  deviations: readonly Deviation[],
): StaleDeviation[] {
  return meshes.flatMap((mesh) =>
    [...clausesOf(mesh).values()]
      .filter((clause) =>
        clause.verdict === "pass" && deviationOf(deviations, mesh.name, clause.id) !== undefined
      )
      .map((clause) => ({ mesh: mesh.name, clause: clause.id }))
  );
}
