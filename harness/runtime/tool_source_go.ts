/** A tool built by the Go toolchain from a module that the repository pins (go.sum holds the checksums). */
import { runProgram } from "./run_program.ts";
import type { GoBuildSource } from "./tool_pin.ts";
import type { SourceContext } from "./tool_source_wheel.ts";

const BUILD_LIMIT_MS = 20 * 60_000;
/** `go build -v` names every package; one line of progress for so many of them. */
const PACKAGES_PER_LINE = 25;

/**
 * Builds the tool.
 *
 * @throws {Error} When there is no Go toolchain, it is too old for go.mod, or the build fails.
 */
export async function buildWithGo(source: GoBuildSource, context: SourceContext): Promise<void> {
  context.onProgress(`go build of ${source.module} (a minute or two when Go's own cache is empty)`);
  const variables = Object.entries(source.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  let packages = 0;
  const { code, output } = await runProgram("go", [
    ...["build", "-v", "-trimpath", "-ldflags", ["-s -w", ...variables].join(" ")],
    ...["-o", context.executable, source.package ?? "."],
  ], {
    folder: `${context.pinFolder}/${source.module}`,
    // A workspace or flags of the user's own must not change what is built; without cgo no C compiler is needed.
    env: { ...context.env, GOWORK: "off", GOFLAGS: "-mod=readonly", CGO_ENABLED: "0" },
    timeoutMs: BUILD_LIMIT_MS,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    onLine: () => {
      packages += 1;
      if (packages % PACKAGES_PER_LINE === 0) context.onProgress(`go build: ${packages} packages`);
    },
  });
  if (code !== 0) throw new Error(`go build failed with exit code ${code}: ${output}`);
}
