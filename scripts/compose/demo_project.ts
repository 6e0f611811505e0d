/** The demo as a Compose project of the check's own, beside any that a user has. */
import { pause } from "../../harness/model/pause.ts";
import type { Dockerode } from "../../harness/runtime/docker/client.ts";
import { runProgram } from "../../harness/runtime/run_program.ts";
import type { Compose } from "./find_compose.ts";

/** What a project is made of. */
export interface DemoProjectOptions {
  readonly compose: Compose;
  readonly dockerode: Dockerode;
  /** Unique on this machine; images, containers, networks and volumes are named after it. */
  readonly name: string;
  /** Folder that holds docker-compose.yml. */
  readonly folder: string;
  /** Variables of docker-compose.yml. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

const BUILD_LIMIT_MS = 20 * 60_000;
const UP_LIMIT_MS = 3 * 60_000;
const DOWN_LIMIT_MS = 2 * 60_000;
const SHORT_MS = 30_000;
/** What was asked for when Compose was killed may come to be after a `down`: then it is taken down again. */
const DOWN_TRIES = 5;
/** Named, so that a COMPOSE_FILE of the user's own is not taken for it. */
export const COMPOSE_FILE = "docker-compose.yml";
const IMAGES = ["etcd", "programs", "envoy"] as const;

export class DemoProject {
  readonly #options: DemoProjectOptions;

  constructor(options: DemoProjectOptions) {
    this.#options = options;
  }

  /** Name of an image in this project. */
  image(name: typeof IMAGES[number]): string {
    return `${this.#options.name}-${name}`;
  }

  /** Builds the images, as a user would. */
  build(): Promise<string> {
    return this.#run(["build"], BUILD_LIMIT_MS);
  }

  /** Gives images that are there already this project's names. */
  async take(tags: ReadonlyMap<string, string>): Promise<void> {
    for (const name of IMAGES) {
      await this.#options.dockerode.getImage(tags.get(name) ?? "").tag({
        repo: this.image(name),
        tag: "latest",
      });
    }
  }

  /** Starts some services with all that they depend on, and waits until all are healthy. */
  up(...services: readonly string[]): Promise<string> {
    return this.#run(["up", "--no-build", "--wait", ...services], UP_LIMIT_MS);
  }

  /** Sends a signal to a service. */
  kill(signal: string, service: string): Promise<string> {
    return this.#run(["kill", "--signal", signal, service], SHORT_MS);
  }

  /** All that a service wrote, line by line. */
  async logs(service: string): Promise<string[]> {
    const lines: string[] = [];
    await this.#run(["logs", "--no-color", "--no-log-prefix", service], SHORT_MS, (line) => lines.push(line));
    return lines;
  }

  /**
   * Takes everything down, also what a killed Compose left behind.
   *
   * @throws {Error} Naming what is left.
   */
  async takeDown(): Promise<void> {
    let left: readonly string[] = [];
    for (let tries = 0; tries < DOWN_TRIES; tries++) {
      await this.#run(["down", "--volumes", "--remove-orphans", "--timeout", "2"], DOWN_LIMIT_MS, undefined, {
        evenWhenStopped: true,
      });
      for (const name of IMAGES) await this.#untag(this.image(name));
      left = await this.leftOver();
      if (left.length === 0) return;
      await pause(500);
    }
    throw new Error(`Cannot take the project ${this.#options.name} down: ${left.join(", ")} is left`);
  }

  /** Containers, networks, volumes and images of this project that are there. */
  async leftOver(): Promise<string[]> {
    const { dockerode, name } = this.#options;
    const filters = JSON.stringify({ label: [`com.docker.compose.project=${name}`] });
    const [containers, networks, { Volumes: volumes }, images] = await Promise.all([
      dockerode.listContainers({ all: true, filters }),
      dockerode.listNetworks({ filters }),
      dockerode.listVolumes({ filters }),
      dockerode.listImages({ filters: JSON.stringify({ reference: [`${name}-*`] }) }),
    ]);
    return [
      ...containers.map(({ Names: [first], Id: id }) => `container ${first ?? id}`),
      ...networks.map((network) => `network ${network.Name}`),
      ...(volumes ?? []).map((volume) => `volume ${volume.Name}`),
      ...images.map(({ RepoTags: tags, Id: id }) => `image ${tags?.[0] ?? id}`),
    ];
  }

  async #untag(image: string): Promise<void> {
    try {
      await this.#options.dockerode.getImage(image).remove();
    } catch (error) {
      // It was never made.
      if ((error as { statusCode?: unknown }).statusCode !== 404) throw error;
    }
  }

  async #run(
    args: readonly string[],
    timeoutMs: number,
    onLine: (line: string) => void = this.#options.onProgress,
    { evenWhenStopped = false } = {},
  ): Promise<string> {
    const { compose, name, folder, variables, signal } = this.#options;
    const { code, output } = await runProgram(compose.command, [
      ...compose.args,
      "--file",
      COMPOSE_FILE,
      ...args,
    ], {
      folder,
      env: {
        ...variables,
        COMPOSE_PROJECT_NAME: name,
        COMPOSE_ANSI: "never",
        COMPOSE_FILE: "",
        NO_COLOR: "1",
      },
      timeoutMs,
      onLine,
      ...(evenWhenStopped ? {} : { signal }),
    });
    if (code !== 0) {
      throw new Error(`docker compose ${args.join(" ")} ended with exit code ${code}: ${output}`);
    }
    return output;
  }
}
