import { Option } from "commander";
import { RUNTIME_NAMES, type RuntimeName } from "../model/runtime.ts";
import { dockerStatus } from "../runtime/docker/status.ts";
import { UsageError } from "./exit.ts";

/** `--runtime`: where processes live. */
export function runtimeOption(): Option {
  return new Option("--runtime <name>", `where processes live: ${RUNTIME_NAMES.join(" or ")}`).default(
    "process",
  );
}

/**
 * The runtime of that name.
 *
 * @throws {UsageError} When there is no such runtime, or this machine has no Docker that will do, with the reason.
 */
export async function runtimeNamed(name: string): Promise<RuntimeName> {
  const known = RUNTIME_NAMES.find((each) => each === name);
  if (known === undefined) {
    throw new UsageError(`--runtime ${name}: expected ${RUNTIME_NAMES.join(" or ")}, found "${name}"`);
  }
  if (known !== "docker") return known;
  const status = await dockerStatus();
  if (status.available) return known;
  throw new UsageError(
    `--runtime docker: expected a Docker daemon, found none that will do: ${status.reason}${
      status.howTo.map((way) => `\n  - ${way}`).join("")
    }`,
  );
}
