/** A tool out of a package of the system, by apt-get. It changes the machine, so it is done only where that was said. */
import { runProgram } from "./run_program.ts";
import type { DebianSource } from "./tool_pin.ts";
import type { SourceContext } from "./tool_source_wheel.ts";

const INSTALL_LIMIT_MS = 10 * 60_000;

/**
 * Installs the package and copies the executable; its libraries stay where the package put them.
 *
 * @param mayInstall Whether the machine may be changed: in CI, or since the user said so.
 * @throws {Error} When it may not, we are not root, or apt-get fails.
 */
export async function installFromDebian(
  source: DebianSource,
  context: SourceContext,
  mayInstall: boolean,
): Promise<void> {
  const command = ["apt-get", "install", "--yes", "--no-install-recommends", source.package];
  if (!mayInstall || Deno.uid() !== 0) {
    const missing = mayInstall ? "we are not root" : "packages of the system are installed in CI only";
    throw new Error(`${missing}; do it by hand: ${command.join(" ")}`);
  }
  context.onProgress(command.join(" "));
  const { code, output } = await runProgram("apt-get", command.slice(1), {
    env: { ...context.env, DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: INSTALL_LIMIT_MS,
    onLine: context.onProgress,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  if (code !== 0) throw new Error(`apt-get failed with exit code ${code}: ${output}`);
  await Deno.copyFile(source.file, context.executable);
}
