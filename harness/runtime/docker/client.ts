/** The only door to Testcontainers: loaded late, so that a run without Docker does not pay for it (0.4 s). */
import type * as Testcontainers from "testcontainers";
import { dockerStatus, DockerUnavailableError } from "./status.ts";

/** Testcontainers' own view of the daemon: images, networks, containers. */
export type ContainerRuntime = Testcontainers.ContainerRuntimeClient;
/** The plain client of the Engine API, for what Testcontainers has no word for. */
export type Dockerode = ContainerRuntime["container"]["dockerode"];

/** The daemon, ready to be used. */
export interface Docker {
  /** The library: `GenericContainer`, `Network` and so on. */
  readonly testcontainers: typeof Testcontainers;
  readonly runtime: ContainerRuntime;
  readonly dockerode: Dockerode;
}

let library: Promise<typeof Testcontainers> | undefined;
let client: Promise<Docker> | undefined;

/** Testcontainers, without asking whether there is a daemon. */
export function testcontainers(): Promise<typeof Testcontainers> {
  // Our own reaper undoes what a run leaves; Testcontainers' one is a container whose image would have to be pulled.
  Deno.env.set("TESTCONTAINERS_RYUK_DISABLED", "true");
  library ??= import("testcontainers");
  return library;
}

/**
 * The daemon's clients; the same ones for the whole process.
 *
 * @throws {DockerUnavailableError} Where there is no Docker that will do.
 */
export function docker(): Promise<Docker> {
  client ??= open();
  return client;
}

async function open(): Promise<Docker> {
  const status = await dockerStatus();
  if (!status.available) throw new DockerUnavailableError(status);
  const loaded = await testcontainers();
  const runtime = await loaded.getContainerRuntimeClient();
  return { testcontainers: loaded, runtime, dockerode: runtime.container.dockerode };
}
