/** What all cells of a run in containers share. */
import type { DockerOwner } from "./owned_container.ts";
import type { OutOfMemoryWatch } from "./out_of_memory.ts";
import type { ImageName } from "./image_context.ts";
import type { Relay } from "./relay.ts";
import type { SubnetPool } from "./subnet_pool.ts";

/** The run as its cells see it. */
export interface DockerRun extends DockerOwner {
  readonly subnets: SubnetPool;
  /** Tag of an image of ours; built when it is not there yet. */
  image(name: ImageName): Promise<string>;
  /** The one way in and out, opened at the first call. */
  relay(): Promise<Relay>;
  /** Opened at the first call. */
  outOfMemoryWatch(): Promise<OutOfMemoryWatch>;
}
