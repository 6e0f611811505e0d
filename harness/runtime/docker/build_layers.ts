/** What a build leaves behind layer by layer, read from what it prints. */
import { errorText } from "../../model/error_text.ts";
import { pause } from "../../model/pause.ts";
import type { Dockerode } from "./client.ts";

/** How long the builder may take to let go of the container that it ran a step in. */
const LET_GO_LIMIT_MS = 30_000;
const LOOK_INTERVAL_MS = 50;

/** Follows the output of one build of the daemon's own builder. */
export class BuildLayers {
  /** Layers that it made, as opposed to those that it found; the oldest first. */
  readonly #made: string[] = [];
  #isFound = false;
  #last: string | undefined;
  #builder: string | undefined;

  /** The last layer of the stage before the final one. */
  get builder(): string | undefined {
    return this.#builder;
  }

  /** Takes one line of output. */
  take(line: string): void {
    const step = /^Step \d+\/\d+ : (FROM )?/.exec(line);
    if (step !== null) this.#isFound = step[1] !== undefined;
    if (step?.[1] !== undefined) {
      this.#builder = this.#last;
      this.#last = undefined;
    }
    if (/^ ?---> Using cache$/.test(line)) this.#isFound = true;
    const [, layer] = /^ ?---> ([0-9a-f]{12})$/.exec(line) ?? [];
    if (layer === undefined) return;
    this.#last = layer;
    if (!this.#isFound) this.#made.push(layer);
  }

  /**
   * Removes all that the build made, also what it made after its output was broken off. A builder that is just about to
   * run a step on a layer either finds the layer gone, or its container is found here.
   *
   * @throws {Error} When the daemon refuses, or its builder does not let go.
   */
  async removeAll(dockerode: Dockerode): Promise<void> {
    const deadline = performance.now() + LET_GO_LIMIT_MS;
    while (!await this.#removeOnce(dockerode)) {
      if (performance.now() > deadline) {
        throw new Error(
          `the builder does not let go of ${this.#made.join(", ")} within ${LET_GO_LIMIT_MS} ms`,
        );
      }
      await pause(LOOK_INTERVAL_MS);
    }
  }

  /** @returns False when something is still in use by the builder. */
  async #removeOnce(dockerode: Dockerode): Promise<boolean> {
    const layers = await this.#present(dockerode);
    const containers = layers.length === 0 ? [] : await dockerode.listContainers({ all: true });
    for (const { Id } of containers.filter(({ ImageID }) => layers.includes(ImageID))) {
      await attempt(() => dockerode.getContainer(Id).remove({ force: true }));
    }
    let isDone = true;
    for (const id of layers.reverse()) {
      const refusal = await attempt(() => dockerode.getImage(id).remove({ noprune: true }));
      // What another image stands on by now is no longer ours alone.
      if (refusal !== undefined && /container/.test(refusal)) isDone = false;
    }
    return isDone;
  }

  /** Layers that it made and those on top of them, as far as they are there; parents before children. */
  async #present(dockerode: Dockerode): Promise<string[]> {
    if (this.#made.length === 0) return [];
    const images = await dockerode.listImages({ all: true });
    const found = this.#made.flatMap((made) =>
      images.map(({ Id }) => Id).filter((id) => id.startsWith(`sha256:${made}`))
    );
    for (let index = 0; index < found.length; index++) {
      const children = images.filter(({ ParentId, Id }) => ParentId === found[index] && !found.includes(Id));
      found.push(...children.map(({ Id }) => Id));
    }
    return found;
  }
}

/** @returns Why the daemon refuses, because of something in use; undefined when it did it, or there was nothing. */
async function attempt(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode === 404) return undefined;
    if (statusCode === 409) return errorText(error);
    throw error;
  }
}
