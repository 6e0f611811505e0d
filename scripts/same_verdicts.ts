// deno-lint-ignore-file no-console -- a program that prints
/**
 * Checks that two runs judge every cell the same, such as one on each runtime:
 * `deno task same-verdicts RUN RUN`. Exit code 1 where they differ.
 */
import { reportSchema } from "../harness/report/schema.ts";
import { sameVerdicts } from "../harness/report/same_verdicts.ts";

if (import.meta.main) {
  const [first, second] = Deno.args;
  if (first === undefined || second === undefined || Deno.args.length !== 2) {
    console.error("usage: deno task same-verdicts RUN RUN, two folders with a report.json each");
    Deno.exit(64);
  }
  const read = async (folder: string) =>
    reportSchema.parse(JSON.parse(await Deno.readTextFile(`${folder}/report.json`)));
  const [one, two] = [await read(first), await read(second)];
  const { differences, compared, leftOut } = sameVerdicts(one, two);
  for (const { mesh, scenario, clause, first, second, actual } of differences) {
    console.log(
      `${mesh} ${scenario} ${clause}: ${first} on ${one.run.runtime}, ${second} on ${two.run.runtime}`,
    );
    console.log(`  ${one.run.runtime}: ${actual[0]}\n  ${two.run.runtime}: ${actual[1]}`);
  }
  const left = leftOut.length === 0 ? "" : `; ${leftOut.length} that one runtime cannot judge left out`;
  console.log(`${compared} verdicts compared, ${differences.length} differ${left}`);
  Deno.exit(compared > 0 && differences.length === 0 ? 0 : 1);
}
