import { assert, assertEquals, assertRejects } from "@std/assert";
import { installFromDebian } from "./tool_source_debian.ts";
import { fakeTool } from "./testing/fake_tool.ts";

const SOURCE = { kind: "debian" as const, package: "web-tool", file: "/nowhere/web" };

async function withAptGet(
  body: (folder: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  // It notes how it was called, and leaves the executable that a package would.
  await fakeTool(
    `${folder}/apt-get`,
    `echo "$DEBIAN_FRONTEND $*" > ${folder}/asked; printf web > ${folder}/installed; exit \${CODE:-0}`,
  );
  try {
    await body(folder, { PATH: `${folder}:${Deno.env.get("PATH")}` });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function contextIn(folder: string, env: Record<string, string>) {
  return { executable: `${folder}/web`, scratch: folder, pinFolder: folder, env, onProgress: () => {} };
}

Deno.test("installFromDebian changes nothing on a machine where nobody allowed it, and says what to type", async () => {
  await withAptGet(async (folder, env) => {
    await assertRejects(
      () => installFromDebian(SOURCE, contextIn(folder, env), false),
      Error,
      "apt-get install --yes --no-install-recommends web-tool",
    );
    assert(![...Deno.readDirSync(folder)].some(({ name }) => name === "asked"));
  });
});

Deno.test({
  name: "installFromDebian installs the package where it may, and takes the executable out of it",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn: async () => {
    await withAptGet(async (folder, env) => {
      const source = { ...SOURCE, file: `${folder}/installed` };
      await installFromDebian(source, contextIn(folder, env), true);
      assertEquals(
        await Deno.readTextFile(`${folder}/asked`),
        "noninteractive install --yes --no-install-recommends web-tool\n",
      );
      assertEquals(await Deno.readTextFile(`${folder}/web`), "web");
      await assertRejects(
        () => installFromDebian(source, contextIn(folder, { ...env, CODE: "100" }), true),
        Error,
        "apt-get failed with exit code 100",
      );
    });
  },
});
