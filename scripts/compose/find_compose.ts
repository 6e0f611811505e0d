/** Docker Compose: the plug-in of this machine, or the pinned one. */
import { errorText } from "../../harness/model/error_text.ts";
import { runProgram } from "../../harness/runtime/run_program.ts";
import type { Tools } from "../../harness/runtime/tools.ts";

/** How Compose is called. */
export interface Compose {
  readonly command: string;
  /** What stands before Compose's own arguments. */
  readonly args: readonly string[];
  readonly version: string;
}

const LOOK_MS = 20_000;

/**
 * Finds `docker compose`; where there is none from version 2 on, has the pinned one (a build of some minutes).
 *
 * @param env Beside the variables of this process.
 * @throws {ToolUnavailableError} When there is neither; says how to get one.
 */
export async function findCompose(
  tools: Pick<Tools, "get">,
  env: Readonly<Record<string, string>> = {},
): Promise<Compose> {
  const plugIn = await askPlugIn(env);
  if (plugIn !== undefined) return { command: "docker", args: ["compose"], version: plugIn };
  const { path, version } = await tools.get("docker-compose");
  return { command: path, args: [], version };
}

/** Version of the plug-in; undefined when it is not there, or is the old one that knows another language. */
async function askPlugIn(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  try {
    const { code, output } = await runProgram("docker", ["compose", "version", "--short"], {
      env,
      timeoutMs: LOOK_MS,
    });
    const [, version, major] = /^v?((\d+)\.\d+\.\d+\S*)$/m.exec(output) ?? [];
    return code === 0 && Number(major) >= 2 ? version : undefined;
  } catch (error) {
    // No docker at all.
    if (/cannot be started/.test(errorText(error))) return undefined;
    throw error;
  }
}
