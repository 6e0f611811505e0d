/** The image that all of ours are built on. */
import { errorText } from "../../model/error_text.ts";
import type { Dockerode } from "./client.ts";
import { followStream } from "./follow_stream.ts";

export const BASE_IMAGE = "debian:bookworm-slim";

/** Whether an image is there, by tag or id. */
export async function hasImage(dockerode: Dockerode, name: string): Promise<boolean> {
  try {
    await dockerode.getImage(name).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: unknown }).statusCode === 404) return false;
    throw error;
  }
}

/**
 * Makes sure that the base image is there; pulls it where it is not.
 *
 * @throws {Error} When it cannot be pulled; says how to make it.
 */
export async function ensureBaseImage(
  dockerode: Dockerode,
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (await hasImage(dockerode, BASE_IMAGE)) return;
  onProgress(`pulling ${BASE_IMAGE}`);
  try {
    await pullImage(dockerode, BASE_IMAGE, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(
      `${
        errorText(error)
      }; where no registry of images is reached, \`deno task base-image\` makes it from Debian's packages`,
    );
  }
}

/** @throws {Error} When it cannot be pulled. */
export async function pullImage(dockerode: Dockerode, name: string, signal?: AbortSignal): Promise<void> {
  try {
    const stream = await dockerode.pull(name, signal === undefined ? {} : { abortSignal: signal });
    await followStream(stream, () => undefined, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`Cannot pull the image ${name}: ${errorText(error).trim()}`);
  }
}
