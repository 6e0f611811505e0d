import type { Dockerode } from "./client.ts";
import { IMAGE_LABEL } from "./image_build.ts";
import { IMAGE_NAMES, imageContext } from "./image_context.ts";
import { imageTag } from "./image_tag.ts";

/**
 * Removes the images of ours that no present source makes. What a container uses, and what another image stands on,
 * stays, and so do the builder stages, from which the next build goes on.
 *
 * @param labels Only images with all of these.
 * @returns Tags, or ids where there was no tag, of what was removed.
 */
export async function pruneImages(
  dockerode: Dockerode,
  labels: readonly string[] = [IMAGE_LABEL],
): Promise<string[]> {
  const current = new Set(
    await Promise.all(IMAGE_NAMES.map(async (name) => imageTag(name, await imageContext(name)))),
  );
  const removed: string[] = [];
  for (const { Id, RepoTags } of await dockerode.listImages({ filters: { label: [...labels] } })) {
    const tags = (RepoTags ?? []).filter((tag) => tag !== "<none>:<none>");
    if (tags.some((tag) => current.has(tag))) continue;
    for (const name of tags.length === 0 ? [Id] : tags) {
      try {
        await dockerode.getImage(name).remove();
        removed.push(name);
      } catch (error) {
        const { statusCode } = error as { statusCode?: number };
        // 404: gone with another. 409: in use.
        if (statusCode !== 404 && statusCode !== 409) throw error;
      }
    }
  }
  return removed;
}
