import { type Breach, isTest, type SourceFile } from "./source_file.ts";

/** Programs and the one folder that may print and end the process. */
export const MAY_PRINT: readonly RegExp[] = [
  /^harness\/cli\//,
  /^fixtures\/([^/]+\/)*main\.ts$/,
  /^harness\/([^/]+\/)*[a-z0-9_]+_main\.ts$/,
  /^scripts\/[^/]+\.ts$/,
];

const FORBIDDEN = /^(Deno\.(exit|stdout|stderr)|process\.(exit|stdout|stderr)|console\..*)$/;

/** Every printing and every exit of code that is not a program's own. */
export function checkSideEffects(
  files: readonly SourceFile[],
  mayPrint: readonly RegExp[] = MAY_PRINT,
): Breach[] {
  return files
    .filter(({ path }) => !isTest(path) && !mayPrint.some((each) => each.test(path)))
    .flatMap(({ path, members }) =>
      members.filter(({ name }) => FORBIDDEN.test(name)).map(({ name, line }) => ({
        path,
        line,
        message: `uses ${name}: only harness/cli prints and exits; return the value or throw an error`,
      }))
    );
}
