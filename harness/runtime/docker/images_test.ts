import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { eventually } from "../testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { BASE_IMAGE } from "./base_image.ts";
import { docker } from "./client.ts";
import { IMAGE_LABEL } from "./image_build.ts";
import { ensureImages, ImageBuildError } from "./images.ts";
import { pruneImages } from "./prune_images.ts";

/** A repository of a test's own: one image, on the base and nothing else, whose every layer has a label of its own. */
class Sources implements AsyncDisposable {
  readonly label = `dev.meshproof.test=${crypto.randomUUID()}`;
  #tags: string[] = [];

  private constructor(readonly folder: string) {}

  static async open(instructions: string): Promise<Sources> {
    const sources = new Sources(await Deno.makeTempDir({ prefix: "meshproof-images-test-" }));
    await Deno.mkdir(`${sources.folder}/fixtures/images/sandbox`, { recursive: true });
    await sources.write(instructions);
    return sources;
  }

  async write(instructions: string): Promise<void> {
    const text = `FROM ${BASE_IMAGE}\nLABEL ${this.label}\n${instructions}\n`;
    await Deno.writeTextFile(`${this.folder}/fixtures/images/sandbox/Dockerfile`, text);
  }

  /** Builds it. @returns Its tag, and the lines of progress. */
  async ensure(
    signal?: AbortSignal,
    onLine?: (line: string) => void,
  ): Promise<{ tag: string; lines: string[] }> {
    const lines: string[] = [];
    const tags = await ensureImages(["sandbox"], {
      root: pathToFileURL(`${this.folder}/`),
      onProgress: (line) => {
        lines.push(line);
        onLine?.(line);
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const tag = tags.get("sandbox") ?? "";
    this.#tags.push(tag);
    return { tag, lines };
  }

  /** Images, in between ones too, and containers that were made of it. */
  async made(): Promise<string[]> {
    const { dockerode } = await docker();
    const filters = { label: [this.label] };
    const [images, containers] = await Promise.all([
      dockerode.listImages({ all: true, filters }),
      dockerode.listContainers({ all: true, filters }),
    ]);
    return [...images, ...containers].map(({ Id }) => Id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { dockerode } = await docker();
    for (const tag of new Set(this.#tags)) await dockerode.getImage(tag).remove();
    await Deno.remove(this.folder, { recursive: true });
    assertEquals(await this.made(), []);
  }
}

function dockerTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: WITHOUT_DOCKER, fn });
}

dockerTest("ensureImages builds what is not there, tells each step, and builds nothing twice", async () => {
  await using sources = await Sources.open("USER 65532\nRUN echo made >/tmp/made");
  const first = await sources.ensure();
  assertMatch(first.tag, /^meshproof\/sandbox:[0-9a-f]{16}$/);
  assertEquals(first.lines.map((line) => /^image sandbox: Step (\d+)/.exec(line)?.[1] ?? "end"), [
    ...["1", "2", "3", "4", "5", "end"],
  ]);
  const { dockerode } = await docker();
  const { Config } = await dockerode.getImage(first.tag).inspect();
  assertEquals([Config.User, Config.Labels?.["dev.meshproof.image"]], ["65532", "sandbox"]);
  assertEquals(await sources.ensure(), { tag: first.tag, lines: [] });
  await sources.write("USER 65532\nRUN echo changed >/tmp/made");
  const changed = await sources.ensure();
  assert(changed.tag !== first.tag && changed.lines.length > 0, changed.tag);
});

dockerTest("ensureImages builds once what two ask for at the same time", async () => {
  await using sources = await Sources.open("RUN echo made >/tmp/made");
  const both = await Promise.all([sources.ensure(), sources.ensure()]);
  assertEquals(both[0].tag, both[1].tag);
  const builders = both.filter(({ lines }) => lines.some((line) => line.includes("Step")));
  assertEquals(builders.length, 1);
});

dockerTest(
  "ensureImages names image, step and last lines of a build that fails, and leaves nothing of it",
  async () => {
    await using sources = await Sources.open("RUN echo first >/tmp/first\nRUN echo alas; exit 3");
    const error = await assertRejects(() => sources.ensure(), ImageBuildError);
    assertEquals([error.image, error.step, error.output], [
      ...["sandbox", "Step 4/5 : RUN echo alas; exit 3", "alas"],
    ]);
    assertStringIncludes(error.message, "Cannot build the image sandbox: Step 4/5 : RUN echo alas; exit 3: ");
    assertEquals(await sources.made(), []);
  },
);

dockerTest("ensureImages says so when the disk is full", async () => {
  // The one disk of a build that is small: 64 MB of shared memory.
  await using sources = await Sources.open("RUN dd if=/dev/zero of=/dev/shm/all bs=1M count=100");
  const error = await assertRejects(
    () => sources.ensure(),
    ImageBuildError,
    "The disk is full: free some space",
  );
  assertStringIncludes(error.output, "No space left on device");
  assertEquals(await sources.made(), []);
});

dockerTest("ensureImages ends a build when it is told to, and leaves nothing of it", async () => {
  await using sources = await Sources.open("RUN echo first >/tmp/first\nRUN sleep 1000");
  const stop = new AbortController();
  const told = new Error("told to end");
  const building = sources.ensure(stop.signal, (line) => {
    if (line.includes("sleep")) stop.abort(told);
  });
  const error = await assertRejects(() => building, Error);
  assertEquals(error, told);
  await eventually("nothing of the build is left", async () => (await sources.made()).length === 0);
});

dockerTest("pruneImages removes what no present source makes, unless a container uses it", async () => {
  await using sources = await Sources.open("RUN echo made >/tmp/made");
  const { tag } = await sources.ensure();
  const { dockerode } = await docker();
  const labels = [IMAGE_LABEL, sources.label];
  const user = await dockerode.createContainer({ Image: tag, Cmd: ["true"] });
  assertEquals(await pruneImages(dockerode, labels), []);
  await user.remove();
  assertEquals(await pruneImages(dockerode, labels), [tag]);
  assertEquals(await sources.made(), []);
  // For the disposal, which removes every tag.
  await sources.ensure();
});

dockerTest("ensureImages refuses a Dockerfile that is none, by the image's name", async () => {
  await using sources = await Sources.open("FLY");
  await assertRejects(
    () => sources.ensure(),
    ImageBuildError,
    "Cannot build the image sandbox: before the first step",
  );
});
