/** The runtime `docker`: every pod a network namespace, every process a container, every cell a network. */
import type { Runtime } from "./runtime.ts";
import { DockerRuntime, type DockerRuntimeOptions } from "./docker/docker_runtime.ts";

export { DockerError } from "./docker/docker_error.ts";
export type { DockerRuntimeOptions } from "./docker/docker_runtime.ts";

/**
 * Opens the docker runtime. Images are built when they are first needed.
 *
 * @throws {DockerUnavailableError} Where there is no Docker that will do.
 */
export async function openDockerRuntime(options: DockerRuntimeOptions): Promise<Runtime> {
  return await DockerRuntime.open(options);
}
