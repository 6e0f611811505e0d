/** Building one image by the daemon's own builder, which every Docker since 20.10 has without a plug-in. */
import { errorText } from "../../model/error_text.ts";
import { LineRing, LineSplitter } from "../line_splitter.ts";
import { BuildLayers } from "./build_layers.ts";
import type { Dockerode } from "./client.ts";
import { followStream } from "./follow_stream.ts";
import type { ImageContext, ImageName } from "./image_context.ts";

/** Label of every image of ours, and of what a build leaves in between; its value is the image's name. */
export const IMAGE_LABEL = "dev.meshproof.image";
const TAIL_LINES = 20;
/** What the builder says between the lines of the programs that it runs. */
const BOOKKEEPING = /^( ?---> |Removing intermediate container )/;

/** An image could not be built. */
export class ImageBuildError extends Error {
  override readonly name = "ImageBuildError";
  readonly image: string;
  /** Such as `Step 3/12 : RUN apt-get update`. */
  readonly step: string;
  /** The last lines that the build printed. */
  readonly output: string;

  constructor(image: string, step: string, output: string, cause: string) {
    const isFull = /no space left on device/i.test(`${cause}\n${output}`);
    super(
      `Cannot build the image ${image}: ${step || "before the first step"}: ${cause.trim()}` +
        (isFull ? "\nThe disk is full: free some space (`docker system df` shows what Docker holds)" : "") +
        (output === "" ? "" : `\nIts last lines:\n${output.replaceAll(/^/gm, "  ")}`),
    );
    this.image = image;
    this.step = step;
    this.output = output;
  }
}

/** What is built, and how it is told of. */
export interface ImageBuild {
  readonly name: ImageName;
  readonly tag: string;
  readonly context: ImageContext;
  /** Folder with the context's files. */
  readonly folder: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Builds. A builder stage stays under the tag `meshproof/<name>:builder`, so that the next build begins where this one's
 * files begin to differ; of a build that fails, nothing stays.
 *
 * @throws {ImageBuildError} Naming the image, the step and the last lines of its output.
 */
export async function buildImage(dockerode: Dockerode, build: ImageBuild): Promise<void> {
  const { name, tag, context, folder, signal } = build;
  const tail = new LineRing(TAIL_LINES);
  const layers = new BuildLayers();
  let step = "";
  let image: string | undefined;
  const lines = new LineSplitter((line) => {
    // deno-lint-ignore no-control-regex -- the builder colours what came on standard error
    const text = line.replaceAll(/\x1b\[[0-9;]*m/g, "").trimEnd();
    if (text === "") return;
    if (/^Step \d+\/\d+ : /.test(text)) build.onProgress(step = text.replace(/\s+/g, " "));
    else if (!BOOKKEEPING.test(text)) tail.add(text);
    layers.take(text);
  });
  const encoder = new TextEncoder();
  try {
    const stream = await dockerode.buildImage({
      context: folder,
      src: await Array.fromAsync(topNames(folder)),
    }, {
      t: tag,
      dockerfile: context.dockerfile,
      buildargs: { ...build.buildArguments },
      labels: { [IMAGE_LABEL]: name },
      rm: true,
      forcerm: true,
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    await followStream(stream, ({ stream: text, aux }) => {
      image = aux?.ID ?? image;
      // Pieces of lines too: what a program writes at once comes at once.
      if (text !== undefined) lines.push(encoder.encode(text));
    }, signal);
    if (image === undefined) throw new Error("the daemon broke its answer off before the image was made");
  } catch (error) {
    lines.end();
    const left = await layers.removeAll(dockerode).then(() => "", (failed) => `; ${errorText(failed)}`);
    signal?.throwIfAborted();
    throw new ImageBuildError(name, step, tail.lines().join("\n"), errorText(error) + left);
  }
  await keepBuilder(dockerode, name, layers.builder);
}

/** Moves the builder's tag to this build's stage, and drops the former one. */
async function keepBuilder(dockerode: Dockerode, name: ImageName, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const repo = `meshproof/${name}`;
  const former = await dockerode.getImage(`${repo}:builder`).inspect().catch(() => undefined);
  await dockerode.getImage(id).tag({ repo, tag: "builder" });
  if (former === undefined || former.Id.includes(id)) return;
  // Refused while it is the base of something else; then it is not ours alone.
  await dockerode.getImage(former.Id).remove().catch(() => undefined);
}

async function* topNames(folder: string): AsyncGenerator<string> {
  for await (const { name } of Deno.readDir(folder)) yield name;
}
