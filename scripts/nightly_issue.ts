// deno-lint-ignore-file no-console -- a program that prints
/**
 * Says what went wrong in a night, for `.github/workflows/nightly.yml`:
 *
 *     nightly_issue.ts --root DIR --out DIR [--seed N] [--run-url URL] FOLDER...
 *
 * Reads `report.json` in each FOLDER below `--root`. Where all of them are green it writes nothing and ends with 0; else
 * it leaves `title.txt`, `issue.md` and the histories and logs of the cells in question in `--out`, and ends with 1.
 */
import { parseArgs } from "node:util";
import { errorText } from "../harness/model/error_text.ts";
import { readDeviations } from "../harness/report/deviations.ts";
import { isQuiet, issueOf } from "./nightly/issue.ts";
import { copyEvidence, readNight } from "./nightly/read_night.ts";

/** 0: nothing to say; 1: an issue was written; 64: bad arguments. */
async function main(args: readonly string[]): Promise<number> {
  let values: { root?: string; out?: string; seed?: string; "run-url"?: string };
  let folders: string[];
  try {
    ({ values, positionals: folders } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        root: { type: "string" },
        out: { type: "string" },
        seed: { type: "string" },
        "run-url": { type: "string" },
      },
    }));
  } catch (error) {
    console.error(`nightly_issue: ${errorText(error)}`);
    return 64;
  }
  const { root, out } = values;
  if (root === undefined || out === undefined || folders.length === 0) {
    console.error(
      `nightly_issue: expected --root DIR --out DIR FOLDER..., found ${JSON.stringify(args.join(" "))}`,
    );
    return 64;
  }
  const nights = await Promise.all(folders.map((folder) => readNight(root, folder)));
  if (nights.every(isQuiet)) {
    console.log("nothing to say: every report ends with 0");
    return 0;
  }
  // An unset variable of a workflow is an empty argument.
  const { title, body } = issueOf(
    nights,
    await readDeviations(),
    values.seed || undefined,
    values["run-url"] || undefined,
  );
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeTextFile(`${out}/title.txt`, `${title}\n`);
  await Deno.writeTextFile(`${out}/issue.md`, body);
  const copied: string[] = [];
  for (const night of nights) copied.push(...await copyEvidence(root, night, out));
  console.log(`${title}\n${out}/issue.md, with ${copied.length} files of histories and logs`);
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
