import type { Pod, ProcessSpec } from "../../model/process.ts";
import { bootstrap, type BootstrapOptions } from "./bootstrap.ts";

/** What to start as one Envoy in a pod. */
export function envoyProgram(name: string, pod: Pod, options: BootstrapOptions): ProcessSpec {
  return {
    name,
    program: { tool: "envoy" },
    pod,
    files: { "envoy.json": JSON.stringify(bootstrap(options), null, 2) },
    args: (folder) => [
      ...["--config-path", `${folder}/envoy.json`],
      // One worker: limits are exact, and several cells share few cores.
      ...["--concurrency", "1"],
      "--disable-hot-restart",
      ...["--log-level", "warning"],
    ],
  };
}
