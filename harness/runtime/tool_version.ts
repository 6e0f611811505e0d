/** What version a binary says it is, and whether that will do. */
import { runProgram } from "./run_program.ts";
import type { ToolPin } from "./tool_pin.ts";

const VERSION_LIMIT_MS = 20_000;

/**
 * Runs a tool to learn its version.
 *
 * @throws {Error} When it does not run, fails, or prints no version.
 */
export async function readToolVersion(
  pin: ToolPin,
  path: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, output } = await runProgram(path, pin.versionArgs, { env, timeoutMs: VERSION_LIMIT_MS });
  const asked = `"${[path, ...pin.versionArgs].join(" ")}"`;
  if (code !== 0) throw new Error(`${asked} failed with exit code ${code}: ${output || "(no output)"}`);
  const version = new RegExp(pin.versionPattern).exec(output)?.[1];
  if (version === undefined) {
    throw new Error(
      `${asked} names no version: expected /${pin.versionPattern}/, found ${output || "(no output)"}`,
    );
  }
  return version;
}

/**
 * A tool found on the machine will do when it is of the pinned minor version, and not an older patch of it; where the
 * pin says so, in any version.
 */
export function isAcceptable(version: string, pin: Pick<ToolPin, "version" | "acceptable">): boolean {
  if (pin.acceptable === "any") return true;
  const [major, minor, patch] = version.split(".").map((part) => parseInt(part, 10));
  const [wantedMajor, wantedMinor, wantedPatch] = pin.version.split(".").map(Number);
  return major === wantedMajor && minor === wantedMinor && (patch ?? 0) >= (wantedPatch ?? 0);
}
