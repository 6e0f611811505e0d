import { filesBelow } from "../../harness/cli/files_below.ts";
import { errorText } from "../../harness/model/error_text.ts";
import { reportSchema } from "../../harness/report/schema.ts";
import { breachesOf } from "../../harness/report/score.ts";
import { isQuiet, type Night, nightTroubles } from "./issue.ts";

/**
 * Reads what one runtime's night left.
 *
 * @param root Folder of the nights.
 * @param folder Below it. What is missing or malformed is part of the story, and so no error.
 */
export async function readNight(root: string, folder: string): Promise<Night> {
  const path = `${root}/${folder}/report.json`;
  try {
    return { folder, report: reportSchema.parse(JSON.parse(await Deno.readTextFile(path))) };
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : errorText(error);
    return {
      folder,
      report: `${folder}/report.json: expected the report of the merged shares, found: ${reason}`,
    };
  }
}

/**
 * Copies what proves a night's troubles: histories and logs of their cells, of every round and every run.
 *
 * @param root Folder of the nights.
 * @param out Folder that they are copied to, as they stand below `root`.
 * @returns Paths of the copies, relative to `out`, sorted.
 */
export async function copyEvidence(root: string, night: Night, out: string): Promise<string[]> {
  if (typeof night.report === "string" || isQuiet(night)) return [];
  const { report, folder } = night;
  const flipped = (report.repeat?.flips ?? []).map(({ mesh, scenario }) => `${mesh} ${scenario}`);
  const troubled = nightTroubles(report).map(({ mesh, cell }) => `${mesh.name} ${cell.scenario}`);
  // A control that is better than it can be shows no trouble of its own.
  const breaching = report.meshes.flatMap((mesh) =>
    mesh.cells.filter((cell) => breachesOf([{ ...mesh, cells: [cell] }]).length > 0)
      .map(({ scenario }) => `${mesh.name} ${scenario}`)
  );
  const wanted = new Set([...flipped, ...troubled, ...breaching]);
  const cells = report.meshes.flatMap(({ name, cells }) =>
    cells.filter(({ scenario }) => wanted.has(`${name} ${scenario}`))
  ).flatMap(({ runs: [run] }) => run === undefined ? [] : [cellOf(run.history)]);
  const copied: string[] = [];
  for (const top of ["history", "logs"]) {
    for (const path of await filesBelow(`${root}/${folder}/${top}`)) {
      const name = cellOf(`${top}/${path.split("/")[0]}`);
      if (!cells.includes(name)) continue;
      const to = `${folder}/${top}/${path}`;
      await Deno.mkdir(`${out}/${to.slice(0, to.lastIndexOf("/"))}`, { recursive: true });
      await Deno.copyFile(`${root}/${to}`, `${out}/${to}`);
      copied.push(to);
    }
  }
  return copied.sort();
}

/** The cell's name in the name of a file or folder: without what says which of its runs it is of. */
function cellOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.(ndjson|arrow)$/, "").replace(/\.run-\d+$/, "");
}
