/** Tools that are shell scripts, and wheels that carry them, for tests of the provisioner. */
import { createHash } from "node:crypto";
import { runProgram } from "../run_program.ts";
import { thisPlatform, type ToolPin } from "../tool_pin.ts";

/** A pin without sources. */
export const PIN: ToolPin = {
  name: "web",
  version: "1.2.3",
  executable: "web",
  versionArgs: ["--version"],
  versionPattern: "version (\\d+\\.\\d+\\.\\d+)",
  neededFor: "runs",
  sources: [],
  otherWays: ["ask a friend"],
  digest: "0123456789ab",
};

/** Writes an executable script; returns its path. */
export async function fakeTool(path: string, script: string): Promise<string> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`);
  await Deno.chmod(path, 0o755);
  return path;
}

/**
 * Makes a wheel `meshproof_fake-1.2.3` with one file `fake/web` in it.
 *
 * @returns Its source as a pin has it, with the right checksum.
 */
export async function fakeWheel(folder: string, script: string) {
  const wheel = `${folder}/meshproof_fake-1.2.3-py3-none-any.whl`;
  const content = `${folder}/content`;
  const info = `${content}/meshproof_fake-1.2.3.dist-info`;
  await Deno.mkdir(info, { recursive: true });
  await Deno.mkdir(`${content}/fake`, { recursive: true });
  await fakeTool(`${content}/fake/web`, script);
  await Deno.writeTextFile(
    `${info}/METADATA`,
    "Metadata-Version: 2.1\nName: meshproof-fake\nVersion: 1.2.3\n",
  );
  await Deno.writeTextFile(`${info}/WHEEL`, "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
  await Deno.writeTextFile(`${info}/RECORD`, "");
  const { code, output } = await runProgram("python3", [
    ...["-m", "zipfile", "-c", wheel, `${content}/fake`, info],
  ], { timeoutMs: 20_000 });
  if (code !== 0) throw new Error(`the wheel could not be made: ${output}`);
  const sha256 = createHash("sha256").update(await Deno.readFile(wheel)).digest("hex");
  return {
    kind: "wheel" as const,
    package: "meshproof-fake",
    version: "1.2.3",
    file: "fake/web",
    sha256: { [thisPlatform()]: sha256 },
  };
}
