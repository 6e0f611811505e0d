// deno-lint-ignore-file no-console -- a program that prints
/**
 * Builds the images that are not there yet: `deno task images [name...] [--prune]`. Prints a table of name, tag, size
 * and seconds. `--prune` removes the images of ours that no present source makes.
 */
import Table from "cli-table3";
import { errorText } from "../harness/model/error_text.ts";
import { docker } from "../harness/runtime/docker/client.ts";
import { ensureImages, IMAGE_NAMES, type ImageName } from "../harness/runtime/docker/images.ts";
import { pruneImages } from "../harness/runtime/docker/prune_images.ts";

async function main(names: readonly ImageName[], isPrune: boolean): Promise<void> {
  const table = new Table({ head: ["image", "tag", "MB", "s"], style: { head: [], border: [] } });
  const { dockerode } = await docker();
  for (const name of names) {
    const startedMs = performance.now();
    const tags = await ensureImages([name], { onProgress: (line) => console.error(line) });
    const tag = tags.get(name) as string;
    const { Size } = await dockerode.getImage(tag).inspect();
    const seconds = (performance.now() - startedMs) / 1000;
    table.push([name, tag, (Size / 1e6).toFixed(1), seconds.toFixed(1)]);
  }
  console.log(table.toString());
  if (!isPrune) return;
  for (const tag of await pruneImages(dockerode)) console.log(`removed ${tag}`);
}

if (import.meta.main) {
  const isPrune = Deno.args.includes("--prune");
  const names = Deno.args.filter((each) => each !== "--prune");
  const unknown = names.find((name) => !(IMAGE_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    console.error(`images: expected --prune or one of ${IMAGE_NAMES.join(", ")}, found "${unknown}"`);
    Deno.exit(64);
  }
  try {
    await main(names.length === 0 ? IMAGE_NAMES : names as ImageName[], isPrune);
  } catch (error) {
    console.error(`images: ${errorText(error)}`);
    Deno.exit(70);
  }
}
