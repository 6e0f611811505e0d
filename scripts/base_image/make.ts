/** Debian's slim image out of Debian's packages, for machines that reach no registry of images. */
import { Readable } from "node:stream";
import { errorText } from "../../harness/model/error_text.ts";
import type { Dockerode } from "../../harness/runtime/docker/client.ts";
import { followStream } from "../../harness/runtime/docker/follow_stream.ts";
import { runProgram } from "../../harness/runtime/run_program.ts";
import { trim } from "./trim.ts";

const SUITE = "bookworm";
const LIMIT_MS = 15 * 60_000;

/** What the image's configuration says, as the published one does. */
const CHANGES = [
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  'CMD ["bash"]',
  "LABEL dev.meshproof.base=debootstrap",
];

/**
 * Makes it and gives it the tag.
 *
 * @throws {Error} Where this is not root on Linux, or debootstrap is missing or fails.
 */
export async function makeBaseImage(
  dockerode: Dockerode,
  tag: string,
  onProgress: (line: string) => void,
): Promise<void> {
  await refuseWhereImpossible();
  const parent = await Deno.makeTempDir({ prefix: "meshproof-base-image-" });
  const root = `${parent}/root`;
  try {
    onProgress(`debootstrap of ${SUITE} (half a minute)`);
    await run("debootstrap", ["--variant=minbase", SUITE, root], (line) => {
      // It names every package four times.
      if (!/^I: (Retrieving|Validating|Extracting|Unpacking|Configuring) /.test(line)) onProgress(line);
    });
    await trim(root);
    onProgress("importing");
    await importFolder(dockerode, root, tag);
  } finally {
    // Into nothing that debootstrap may have mounted and, when it was killed, left.
    await run("rm", ["-rf", "--one-file-system", parent], () => undefined);
  }
}

async function refuseWhereImpossible(): Promise<void> {
  const problem = Deno.build.os !== "linux"
    ? `this is ${Deno.build.os}, not Linux`
    : Deno.uid() !== 0
    ? `this is user ${Deno.uid()}, not root`
    : await isThere("debootstrap")
    ? undefined
    : "there is no debootstrap; install it (Debian: apt-get install debootstrap)";
  if (problem === undefined) return;
  throw new Error(
    `Cannot make the base image: ${problem}. On a machine that can, \`docker save\` it, and \`docker load\` it here`,
  );
}

async function isThere(program: string): Promise<boolean> {
  return await runProgram(program, ["--version"], { timeoutMs: 10_000 })
    .then(({ code }) => code === 0, () => false);
}

async function run(command: string, args: readonly string[], onLine: (line: string) => void): Promise<void> {
  const { code, output } = await runProgram(command, args, { timeoutMs: LIMIT_MS, onLine });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed with exit code ${code}: ${output}`);
}

async function importFolder(dockerode: Dockerode, root: string, tag: string): Promise<void> {
  const tar = new Deno.Command("tar", {
    args: ["--create", "--numeric-owner", "--sort=name", "--xattrs", "--directory", root, "."],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const at = tag.lastIndexOf(":");
  try {
    const answer = await dockerode.importImage(Readable.from(tar.stdout), {
      repo: tag.slice(0, at),
      tag: tag.slice(at + 1),
      changes: CHANGES,
    });
    await followStream(answer, () => undefined);
  } catch (error) {
    throw new Error(`Cannot import the base image as ${tag}: ${errorText(error)}`);
  }
  const { code } = await tar.status;
  if (code !== 0) {
    await dockerode.getImage(tag).remove();
    throw new Error(`Cannot pack the base image: tar ended with exit code ${code}`);
  }
}
