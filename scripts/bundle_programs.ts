// deno-lint-ignore-file no-console -- a program that prints
/**
 * Bundles our programs for the image `programs`:
 *
 *     bundle_programs.ts <folder> [--code-cache <cache folder>]
 *
 * leaves one JavaScript file a program in the folder, at the program's own path, and beside them the data files that
 * they read; the folder may be moved. With a code cache each is started once, without arguments, so that V8's compiled
 * code is in the cache (half the start-up time) and one that does not load fails here; then the folder must be the
 * image's own.
 */
import { errorText } from "../harness/model/error_text.ts";
import { SCRIPTS } from "../harness/runtime/scripts.ts";
import { bundle } from "./bundle/bundle.ts";
import { warm } from "./bundle/warm.ts";

if (import.meta.main) {
  const [folder, option, cache, ...rest] = Deno.args;
  const isWarm = option === "--code-cache" && cache !== undefined;
  if (folder === undefined || (option !== undefined && !isWarm) || rest.length > 0) {
    console.error(
      `bundle_programs: expected <folder> [--code-cache <folder>], found ${Deno.args.join(" ") || "nothing"}`,
    );
    Deno.exit(64);
  }
  try {
    const [first, ...others] = Object.values(SCRIPTS).map(({ source }) => () => bundle(source, folder));
    // The first one alone: Deno unpacks its bundler then, which several at once do not survive.
    const bundles = [await first?.(), ...await Promise.all(others.map((each) => each()))];
    for (const { path, bytes, dataFiles } of bundles.filter((each) => each !== undefined)) {
      console.log(`${path}: ${bytes} bytes, ${dataFiles} data files`);
    }
    if (isWarm) { for (const name of Object.keys(SCRIPTS)) await warm(name, cache); }
  } catch (error) {
    console.error(`bundle_programs: ${errorText(error)}`);
    Deno.exit(70);
  }
}
