/** Our images, built from `fixtures/images/` where they are not there yet. */
import { errorText } from "../../model/error_text.ts";
import { lockFile } from "../file_lock.ts";
import { defaultCacheFolder } from "../tool_cache.ts";
import { ensureBaseImage, hasImage } from "./base_image.ts";
import { docker, type Dockerode } from "./client.ts";
import { buildImage } from "./image_build.ts";
import {
  type ImageContext,
  imageContext,
  type ImageName,
  REPOSITORY,
  stageContext,
} from "./image_context.ts";
import { imageTag } from "./image_tag.ts";

export { ImageBuildError } from "./image_build.ts";
export { IMAGE_NAMES, type ImageName } from "./image_context.ts";

/** How images are had. */
export interface EnsureImagesOptions {
  /** Told what a build does; silent where nothing is built. */
  readonly onProgress?: (line: string) => void;
  /** Ends a build that is under way; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** The repository that holds `fixtures/images`. @default this one */
  readonly root?: URL;
}

/** Variables that a user's own mirrors and proxies are named by; they change where things come from, not what comes. */
const MIRRORS = ["PIP_INDEX_URL", "NPM_CONFIG_REGISTRY", "GOPROXY", "GOSUMDB"];
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/**
 * Makes sure that images are there. Each is tagged by what it is made from, so that nothing is built that did not
 * change; two processes that want the same one build it once.
 *
 * @returns Tags by name, such as `meshproof/etcd:0123456789abcdef`.
 * @throws {DockerUnavailableError} Where there is no Docker.
 * @throws {ImageBuildError} Naming the image, the step and the last lines of its output.
 */
export async function ensureImages(
  names: readonly ImageName[],
  options: EnsureImagesOptions = {},
): Promise<ReadonlyMap<ImageName, string>> {
  const { root = REPOSITORY } = options;
  const [{ dockerode }, contexts] = await Promise.all([
    docker(),
    Promise.all(names.map(async (name) => [name, await imageContext(name, root)] as const)),
  ]);
  const tags = new Map<ImageName, string>();
  // One after another: they share the first layers, and one build fills a small machine.
  for (const [name, context] of contexts) {
    const tag = imageTag(name, context);
    if (!await hasImage(dockerode, tag)) await ensureOne(dockerode, name, context, tag, options);
    tags.set(name, tag);
  }
  return tags;
}

async function ensureOne(
  dockerode: Dockerode,
  name: ImageName,
  context: ImageContext,
  tag: string,
  { onProgress, signal, root = REPOSITORY }: EnsureImagesOptions,
): Promise<void> {
  const say = (line: string) => onProgress?.(`image ${name}: ${line}`);
  const entry = `${await entryFolder()}/${name}`;
  // One lock an image, whatever its tag: builds of it go on from one another.
  using _lock = await lock(entry, () => say("waiting for another Meshproof that builds it"), signal);
  if (await hasImage(dockerode, tag)) return;
  const startedMs = performance.now();
  await ensureBaseImage(dockerode, say, signal);
  // Only the holder of the lock makes drafts of this entry, so whatever is here was left by one that died.
  const folder = `${entry}.draft`;
  await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
  try {
    await Deno.mkdir(folder);
    await stageContext(context, folder, root);
    await buildImage(dockerode, {
      ...{ name, tag, context, folder, onProgress: say },
      buildArguments: await buildArguments(context, root),
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
  }
  say(`built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** The mirrors that the Dockerfile asks for, and the proxies, which a builder takes without being asked. */
async function buildArguments(context: ImageContext, root: URL): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(new URL(context.dockerfile, root));
  const wanted = MIRRORS.filter((name) => new RegExp(`^ARG ${name}$`, "m").test(text));
  return Object.fromEntries([...wanted, ...PROXIES].flatMap((name) => {
    const value = Deno.env.get(name);
    return value ? [[name, value]] : [];
  }));
}

/** Where locks and drafts are. */
async function entryFolder(): Promise<string> {
  const folder = `${defaultCacheFolder((name) => Deno.env.get(name))}/images`;
  await Deno.mkdir(folder, { recursive: true }).catch((error) => refuse(folder, error));
  return folder;
}

async function lock(entry: string, onWait: () => void, signal?: AbortSignal): Promise<Disposable> {
  try {
    return await lockFile(`${entry}.lock`, onWait, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return refuse(entry, error);
  }
}

function refuse(path: string, error: unknown): never {
  throw new Error(
    `the cache ${path} cannot be written: ${errorText(error)}; set MESHPROOF_CACHE to a folder that can`,
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
