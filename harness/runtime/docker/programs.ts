/** Our own programs inside the image `programs`: where they stand there, and how they are started. */
import { scriptOf } from "../scripts.ts";

/** Folder of the bundles in the image; the same as in its Dockerfile. */
export const PROGRAMS_FOLDER = "/meshproof";

/** Path of a program's bundle, from the folder of all bundles. */
export function bundledPath(source: string): string {
  return source.replace(/\.ts$/, ".js");
}

/**
 * Arguments for the entry point of the image, which is Deno.
 *
 * @param name One of `SCRIPTS`.
 * @param args What the program itself is given.
 * @throws {TypeError} When there is no such program.
 */
export function programArguments(name: string, args: readonly string[]): string[] {
  const { source, permissions } = scriptOf(name);
  return [
    ...["run", "--quiet", "--no-prompt", "--no-config", "--no-remote", "--no-npm", "--cached-only"],
    // In its container, the network is the cell's own.
    "--allow-net",
    ...permissions,
    `${PROGRAMS_FOLDER}/${bundledPath(source)}`,
    ...args,
  ];
}
