/** The pins in `fixtures/tools/`: one tool a file, with its version, its sources and their checksums. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { errorText } from "../model/error_text.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hex digits");

const wheel = z.strictObject({
  kind: z.literal("wheel"),
  package: z.string().min(1),
  version: z.string().min(1),
  /** Path of the executable inside the wheel. */
  file: z.string().min(1),
  /** Checksum of the wheel for each platform, such as `linux-x86_64`. */
  sha256: z.record(z.string(), sha256),
});

const goBuild = z.strictObject({
  kind: z.literal("go-build"),
  /** Folder beside the pin that holds go.mod and go.sum, which holds the checksums. */
  module: z.string().min(1),
  /** The main package, of a module that it requires; its own by default. */
  package: z.string().min(1).optional(),
  /** String variables of Go that the linker sets, where a program is told its version so. */
  variables: z.record(z.string(), z.string()).optional(),
});

const debian = z.strictObject({
  kind: z.literal("debian"),
  /** Package of Debian and what descends from it. */
  package: z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/),
  /** Where the package puts the executable. */
  file: z.string().startsWith("/"),
});

const toolPin = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** Name of the executable, as it is looked for on PATH. */
  executable: z.string().min(1),
  versionArgs: z.array(z.string()),
  /** Regular expression; its first group is the version in what the tool prints. */
  versionPattern: z.string(),
  /** Which versions beside the pinned one will do; later patches of it by default. */
  acceptable: z.literal("any").optional(),
  /** What cannot be done without it: a run, work on this repository, or the comparison with peers. */
  neededFor: z.enum(["runs", "development", "benchmark"]).default("runs"),
  sources: z.array(z.discriminatedUnion("kind", [wheel, goBuild, debian])),
  /** Other ways for a user to have it, in words. */
  otherWays: z.array(z.string()),
});

/** A pinned tool. */
export type ToolPin = z.infer<typeof toolPin> & {
  /** Changes with all that the tool is made from; keeps a cache from serving what an older pin gave. */
  readonly digest: string;
};
export type WheelSource = z.infer<typeof wheel>;
export type GoBuildSource = z.infer<typeof goBuild>;
export type DebianSource = z.infer<typeof debian>;

/** The pins of this repository. */
export function defaultPinFolder(): string {
  return decodeURIComponent(new URL("../../fixtures/tools", import.meta.url).pathname);
}

/** This machine's platform as the pins name it, such as `linux-x86_64` or `darwin-aarch64`. */
export function thisPlatform(): string {
  return `${Deno.build.os}-${Deno.build.arch}`;
}

/** Names of all pinned tools, sorted. */
export async function toolNames(pinFolder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(pinFolder)) {
    if (entry.isFile && entry.name.endsWith(".json")) names.push(entry.name.slice(0, -".json".length));
  }
  return names.sort();
}

/**
 * Reads one pin.
 *
 * @throws {Error} Naming the file and the field, when the pin is missing or malformed.
 */
export async function readToolPin(pinFolder: string, name: string): Promise<ToolPin> {
  const path = `${pinFolder}/${name}.json`;
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new Error(`Cannot read the tool pin ${path}: ${errorText(error)}`);
    }
    throw new Error(
      `Cannot find a tool named "${name}": expected one of ${
        (await toolNames(pinFolder)).join(", ")
      } in ${pinFolder}`,
    );
  }
  const result = toolPin.safeParse(value);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${issue.path.join(".") || "(top)"}: ${issue.message}`);
    throw new Error(`Cannot read the tool pin ${path}: ${issues.join("; ")}`);
  }
  if (result.data.name !== name) {
    throw new Error(`Cannot read the tool pin ${path}: expected name "${name}", found "${result.data.name}"`);
  }
  return { ...result.data, digest: await digestOf(pinFolder, result.data) };
}

/** Digest of the sources, and of the files of each Go module. A module folder that is missing shows when it is built. */
async function digestOf(pinFolder: string, pin: z.infer<typeof toolPin>): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(pin.sources));
  for (const source of pin.sources) {
    if (source.kind !== "go-build") continue;
    const folder = `${pinFolder}/${source.module}`;
    for (const file of ["go.mod", "go.sum", ...await goFiles(folder)]) {
      hash.update(await Deno.readFile(`${folder}/${file}`).catch(() => ""));
    }
  }
  return hash.digest("hex").slice(0, 12);
}

/** Go files right in a folder, sorted; none where there is no folder. */
async function goFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name.endsWith(".go")) files.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}
