/** What a container is to be, and Testcontainers told so. */
import type { WaitStrategy } from "testcontainers";
import type { ContainerHandle, Engine } from "./engine.ts";

/** Where a process's files and data are, inside its container. */
export const PROCESS_FOLDER = "/process";

/** Processes and threads that one container may have; ours need some tens. */
const PIDS_MAX = 1024;

/** What a container is to be. */
export interface Recipe {
  readonly image: string;
  /** Given to the image's entry point. */
  readonly args: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Numeric user id. Default: the image's. */
  readonly user?: number;
  /** Name of a network, or `container:<name>` to share that container's. */
  readonly network: string;
  /** Its address on that network; only where the network is its own. */
  readonly address?: string;
  /** Capabilities that root in it may use. Default: none. */
  readonly capabilities?: readonly string[];
  /** Keep standard input open, for us. */
  readonly takesInput?: boolean;
  /** Content by file name: put into {@link PROCESS_FOLDER}, which is there when this is, also when empty. */
  readonly files?: Readonly<Record<string, string>>;
  /** A TCP port to be published at an ephemeral port of 127.0.0.1. */
  readonly publishedPort?: number;
}

/** What the engine shows of a container. */
export type Inspection = Awaited<ReturnType<ContainerHandle["inspect"]>>;

/** A container that runs, or did a moment ago. */
export interface Launched {
  readonly id: string;
  readonly inspection: Inspection;
}

/**
 * Creates and starts a container by Testcontainers: create, files, `onCreated`, start, one look at it. It waits for
 * nothing else: whether the program is ready is for its caller to know, from its own output.
 *
 * @param onCreated Between create and start, for what must not be missed, such as the first line of output.
 */
export async function launch(
  engine: Engine,
  name: string,
  recipe: Recipe,
  onCreated: (id: string) => Promise<void>,
): Promise<Launched> {
  const { GenericContainer, PullPolicy } = engine.testcontainers;
  let inspection: Inspection | undefined;

  class Container extends GenericContainer {
    constructor() {
      super(recipe.image);
      Object.assign(this.createOpts, {
        OpenStdin: recipe.takesInput ?? false,
        // Whoever reads its input to the end then ends with us, also when we are killed.
        StdinOnce: recipe.takesInput ?? false,
        AttachStdin: recipe.takesInput ?? false,
        // A health check is a process in it every few seconds; the harness looks by itself.
        Healthcheck: { Test: ["NONE"] },
        StopTimeout: 1,
        ...(recipe.user === undefined ? {} : { User: String(recipe.user) }),
        ...(recipe.address === undefined ? {} : {
          NetworkingConfig: {
            EndpointsConfig: { [recipe.network]: { IPAMConfig: { IPv4Address: recipe.address } } },
          },
        }),
        ...(recipe.publishedPort === undefined
          ? {}
          : { ExposedPorts: { [`${recipe.publishedPort}/tcp`]: {} } }),
      });
      Object.assign(this.hostConfig, {
        CapDrop: ["ALL"],
        CapAdd: [...(recipe.capabilities ?? [])],
        // A root `exec` has its capabilities from the container's bounds, which this flag would keep from it.
        SecurityOpt: recipe.capabilities === undefined ? ["no-new-privileges"] : [],
        PidsLimit: PIDS_MAX,
        RestartPolicy: { Name: "no" },
        // Its output comes by the attached streams; the engine's own copy would cost as much once more.
        LogConfig: { Type: "none", Config: {} },
        ...(recipe.publishedPort === undefined
          ? {}
          : { PortBindings: { [`${recipe.publishedPort}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: "" }] } }),
      });
    }

    protected override containerCreated(id: string): Promise<void> {
      return onCreated(id);
    }

    /** The library's own view leaves out the pid, so the full one is kept as it comes by. */
    protected override selectWaitStrategy(
      _client: unknown,
      inspectResult: Inspection,
    ): Promise<WaitStrategy> {
      inspection = inspectResult;
      return Promise.resolve(NO_WAIT);
    }
  }

  const container = new Container()
    .withName(name)
    .withCommand([...recipe.args])
    .withEnvironment({ ...recipe.env })
    .withLabels({ ...recipe.labels })
    .withNetworkMode(recipe.network)
    // Our images are built before; a registry has none of these names.
    .withPullPolicy(PullPolicy.neverPull())
    .withAutoCleanup(false)
    .withCopyContentToContainer(contents(recipe.files));
  const started = await container.start();
  if (inspection === undefined) throw new Error(`Testcontainers started ${name} without a look at it`);
  return { id: started.getId(), inspection };
}

const NO_WAIT: WaitStrategy = {
  waitUntilReady: () => Promise.resolve(),
  withStartupTimeout: () => NO_WAIT,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => 0,
};

/** Whoever the program runs as must be able to write there, and the tar format says who that is by number only. */
function contents(files: Recipe["files"]): { content: string; target: string; mode: number }[] {
  if (files === undefined) return [];
  return [
    { content: "", target: `${PROCESS_FOLDER}/`, mode: 0o777 },
    ...Object.entries(files).map(([name, content]) => ({
      content,
      target: `${PROCESS_FOLDER}/${name}`,
      mode: 0o666,
    })),
  ];
}
