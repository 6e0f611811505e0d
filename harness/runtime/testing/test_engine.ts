/** Containers and networks made straight on the engine, for tests of what removes them; all gone when disposed of. */
import type { Dockerode } from "../docker/client.ts";
import { engineClient } from "../docker/engine_client.ts";
import { engineHost } from "../docker/engine_host.ts";
import { ensureImages } from "../docker/images.ts";
import { RUN_LABEL } from "../docker/labels.ts";
import type { EngineObject } from "../docker/undo.ts";
import { eventually } from "./test_runtime.ts";

/** What a container is to be. */
export interface TestContainer {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Name of a network or `container:<name>`. @default none */
  readonly network?: string;
}

export class TestEngine implements AsyncDisposable {
  readonly engine: Dockerode;
  readonly #image: string;
  readonly #containers: string[] = [];
  readonly #networks: string[] = [];

  private constructor(engine: Dockerode, image: string) {
    this.engine = engine;
    this.#image = image;
  }

  static async open(): Promise<TestEngine> {
    const images = await ensureImages(["sandbox"]);
    return new TestEngine(await engineClient(engineHost()), images.get("sandbox")!);
  }

  /** Creates a network that leads nowhere; returns its id. */
  async network(name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    const { id } = await this.engine.createNetwork({ Name: name, Internal: true, Labels: { ...labels } });
    this.#networks.push(id);
    return id;
  }

  /** Creates and starts a container that waits; returns its id. */
  async container({ name, labels, network }: TestContainer): Promise<string> {
    const container = await this.engine.createContainer({
      name,
      Image: this.#image,
      Labels: { ...labels },
      HostConfig: { NetworkMode: network ?? "none", CapDrop: ["ALL"], CapAdd: ["NET_ADMIN", "NET_RAW"] },
    });
    this.#containers.push(container.id);
    await container.start();
    return container.id;
  }

  /** `running`, `paused` ... of a container; undefined where there is none. */
  async state(nameOrId: string): Promise<string | undefined> {
    return await missing(async () => (await this.engine.getContainer(nameOrId).inspect()).State.Status);
  }

  async hasNetwork(nameOrId: string): Promise<boolean> {
    return await missing(() => this.engine.getNetwork(nameOrId).inspect()) !== undefined;
  }

  /** Runs a command line as root in a container. @throws {Error} When it exits with another code than 0. */
  async exec(id: string, commandLine: readonly string[]): Promise<void> {
    const exec = await this.engine.getContainer(id).exec({
      Cmd: [...commandLine],
      User: "0",
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({});
    stream.resume();
    await new Promise((resolve) => stream.once("end", resolve));
    let exitCode: number | null = null;
    // The end of its output may be here before the engine has taken note of its exit.
    await eventually("the engine to know its exit code", async () => {
      exitCode = (await exec.inspect()).ExitCode;
      return exitCode !== null;
    });
    if (exitCode !== 0) throw new Error(`"${commandLine.join(" ")}" exited with ${exitCode} in ${id}`);
  }

  /** Containers and networks that carry a run's label, or a name of its. */
  async ofRun(runId: string): Promise<string[]> {
    const found = [
      ...await this.#find({ label: [`${RUN_LABEL}=${runId}`] }),
      ...await this.#find({ name: [`meshproof-${runId}-`] }),
    ];
    return [...new Set(found.map(({ kind, name }) => `${kind} ${name}`))];
  }

  /** For what a test that failed has left. */
  async removeNamed(prefix: string): Promise<void> {
    const found = await this.#find({ name: [prefix] });
    const own = (wanted: string) => found.filter(({ kind }) => kind === wanted).map(({ id }) => id);
    await Promise.all(own("container").map((id) => this.#removeContainer(id)));
    await Promise.all(own("network").map((id) => this.#removeNetwork(id)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#containers.map((id) => this.#removeContainer(id)));
    await Promise.all(this.#networks.map((id) => this.#removeNetwork(id)));
  }

  async #find(filters: Record<string, string[]>): Promise<EngineObject[]> {
    const [containers, networks] = await Promise.all([
      this.engine.listContainers({ all: true, filters }),
      this.engine.listNetworks({ filters }),
    ]);
    return [
      ...containers.map(({ Id, Names }) => ({ kind: "container" as const, id: Id, name: Names[0] ?? Id })),
      ...networks.map(({ Id, Name }) => ({ kind: "network" as const, id: Id, name: Name })),
    ];
  }

  async #removeContainer(id: string): Promise<void> {
    await missing(() => this.engine.getContainer(id).remove({ force: true, v: true }));
  }

  async #removeNetwork(id: string): Promise<void> {
    await missing(() => this.engine.getNetwork(id).remove());
  }
}

async function missing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}
