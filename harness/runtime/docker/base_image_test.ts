import { assert, assertEquals, assertRejects } from "@std/assert";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { BASE_IMAGE, ensureBaseImage, hasImage, pullImage } from "./base_image.ts";
import { docker, type Dockerode } from "./client.ts";

Deno.test({
  name: "hasImage knows an image that is there from one that is not",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    const { dockerode } = await docker();
    await ensureBaseImage(dockerode, () => undefined);
    assert(await hasImage(dockerode, BASE_IMAGE));
    assertEquals(await hasImage(dockerode, `${BASE_IMAGE}-which-is-not`), false);
  },
});

Deno.test({
  name: "pullImage says which image it cannot have, and why",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    const { dockerode } = await docker();
    // A registry that is surely not there: nothing listens at the port that nothing can bind.
    await assertRejects(
      () => pullImage(dockerode, "127.0.0.1:1/nobody/none:1"),
      Error,
      "Cannot pull the image 127.0.0.1:1/nobody/none:1: ",
    );
  },
});

Deno.test("ensureBaseImage says how to make the image that it cannot pull", async () => {
  // A daemon without images and without a registry cannot be had where the tests of others need the image.
  const refusal = (statusCode: number) => () =>
    Promise.reject(Object.assign(new Error("no route"), { statusCode }));
  const daemon = { getImage: () => ({ inspect: refusal(404) }), pull: refusal(500) } as unknown as Dockerode;
  const lines: string[] = [];
  await assertRejects(
    () => ensureBaseImage(daemon, (line) => lines.push(line)),
    Error,
    `Cannot pull the image ${BASE_IMAGE}: no route; where no registry of images is reached, \`deno task base-image\``,
  );
  assertEquals(lines, [`pulling ${BASE_IMAGE}`]);
});
