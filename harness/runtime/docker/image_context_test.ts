import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { SCRIPTS } from "../scripts.ts";
import { imageContext, stageContext } from "./image_context.ts";
import { imageTag } from "./image_tag.ts";

/** A repository that has just what the image `envoy` is made from. */
async function inRepository(run: (root: URL, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/fixtures/images/envoy`, { recursive: true });
    await Deno.writeTextFile(`${folder}/fixtures/images/envoy/Dockerfile`, "FROM scratch\n");
    await Deno.writeTextFile(`${folder}/fixtures/images/healthy.sh`, "#!/bin/sh\n", { mode: 0o755 });
    await run(pathToFileURL(`${folder}/`), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("imageContext has another digest after any change of name, content or mode, and the same without one", async () => {
  await inRepository(async (root, folder) => {
    const digests = [await digest()];
    async function digest(): Promise<string> {
      return (await imageContext("envoy", root)).digest;
    }
    const healthy = `${folder}/fixtures/images/healthy.sh`;
    const extra = `${folder}/fixtures/images/envoy/extra`;
    const changes = [
      () => Deno.writeTextFile(healthy, "#!/bin/sh\nexit 1\n"),
      () => Deno.chmod(healthy, 0o644),
      () => Deno.writeTextFile(extra, "x"),
      () => Deno.rename(extra, `${extra}2`),
      () => Deno.writeTextFile(`${folder}/fixtures/images/envoy/Dockerfile`, "FROM scratch\nUSER 1\n"),
    ];
    for (const change of changes) {
      await change();
      digests.push(await digest());
    }
    assertEquals(new Set(digests).size, changes.length + 1);
    // Neither what it is not made from, nor when a file was written, nor a certificate of this machine.
    await Deno.mkdir(`${folder}/fixtures/images/certificates`);
    await Deno.writeTextFile(`${folder}/fixtures/images/certificates/own.crt`, "x");
    await Deno.utime(healthy, 1, 1);
    assertEquals(await digest(), digests.at(-1));
  });
});

Deno.test("imageContext names the file that is missing", async () => {
  await inRepository(async (root, folder) => {
    await Deno.remove(`${folder}/fixtures/images/healthy.sh`);
    await assertRejects(
      () => imageContext("envoy", root),
      Error,
      "Cannot build from fixtures/images/healthy.sh: expected a file or folder there",
    );
  });
});

Deno.test("stageContext copies the context and nothing else, and refuses what changed since it was digested", async () => {
  await inRepository(async (root, folder) => {
    await Deno.writeTextFile(`${folder}/other`, "x");
    const context = await imageContext("envoy", root);
    const target = await Deno.makeTempDir();
    try {
      await stageContext(context, target, root);
      const again = await imageContext("envoy", pathToFileURL(`${target}/`));
      assertEquals(again, context);
      await assertRejects(() => Deno.stat(`${target}/other`), Deno.errors.NotFound);
      await Deno.writeTextFile(`${folder}/fixtures/images/healthy.sh`, "changed");
      await assertRejects(
        () => stageContext(context, target, root),
        Error,
        "sources changed while they were read",
      );
    } finally {
      await Deno.remove(target, { recursive: true });
    }
  });
});

Deno.test("imageContext of programs holds every script, what it imports and what it reads, and no test", async () => {
  const { files, digest } = await imageContext("programs");
  for (const { source } of Object.values(SCRIPTS)) assert(files.includes(source), source);
  // By an import, by a late import, by a path.
  for (
    const file of [
      ...[
        "harness/runtime/safe_http2.ts",
        "fixtures/mutants/mod.ts",
        "fixtures/proto/meshproof/v1/echo.proto",
      ],
      ...["deno.json", "deno.lock", "fixtures/images/healthy.sh", "fixtures/images/programs/Dockerfile"],
    ]
  ) assert(files.includes(file), file);
  assertEquals(files.filter((file) => file.endsWith("_test.ts") || file.startsWith("scenarios/")), []);
  assertEquals(imageTag("programs", { files, digest, dockerfile: "" }), `meshproof/programs:${digest}`);
});
