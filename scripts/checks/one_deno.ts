import type { TextFile } from "./repository.ts";
import type { Breach } from "./source_file.ts";

/** How files ask for Deno: by its name of npm with a version, by a variable of a script or a Dockerfile. */
const VERSION = /(?<![\w/.-])(?:deno@|DENO_VERSION=)(\d+\.\d+\.\d+)/g;

/** Every file that asks for another Deno than `.ci/run` does. */
export function checkOneDeno(files: readonly TextFile[]): Breach[] {
  const script = files.find(({ path }) => path === ".ci/run");
  const wanted = script === undefined ? undefined : [...script.text.matchAll(VERSION)][0]?.[1];
  if (wanted === undefined) {
    return [{ path: ".ci/run", line: 0, message: "expected DENO_VERSION=<version>, found none" }];
  }
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((content, index) =>
      [...content.matchAll(VERSION)].filter(([, version]) => version !== wanted).map(([, version]) => ({
        path,
        line: index + 1,
        message: `asks for Deno ${version}: expected ${wanted}, as .ci/run does`,
      }))
    )
  );
}
