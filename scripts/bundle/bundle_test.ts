import { assert, assertEquals, assertRejects } from "@std/assert";
import { scriptOf } from "../../harness/runtime/scripts.ts";
import { bundle } from "./bundle.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("bundle makes of a service one file that runs anywhere, without packages and configuration", async () => {
  await inFolder(async (folder) => {
    const { source, permissions } = scriptOf("service");
    const { path, bytes, dataFiles } = await bundle(source, `${folder}/made`);
    assert(bytes > 100_000 && dataFiles > 3, `${bytes} bytes, ${dataFiles} data files`);
    // Elsewhere than where it was made.
    await Deno.rename(`${folder}/made`, `${folder}/moved`);
    const words = [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-remote",
      "--no-npm",
      "--cached-only",
    ];
    const config = JSON.stringify({ instance: "echo-1", service: "echo", seed: 1 });
    const child = new Deno.Command(Deno.execPath(), {
      args: [...words, "--allow-net", ...permissions, `${folder}/moved/${path}`, "--config", config],
      env: { DENO_DIR: `${folder}/cache` },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      // Its registry, its protos and the reflection service are loaded by then.
      if (text.includes("\n")) break;
    }
    assertEquals((JSON.parse(text.split("\n")[0] ?? "") as { event: string }).event, "ready");
    await child.stdin.close();
    assertEquals((await child.status).code, 0);
  });
});

Deno.test("bundle names the program that cannot be bundled", async () => {
  await inFolder(async (folder) => {
    await assertRejects(
      () => bundle("fixtures/nowhere/main.ts", folder),
      Error,
      "deno bundle fixtures/nowhere/main.ts failed with exit code 1",
    );
  });
});
