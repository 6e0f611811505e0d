import { assert, assertEquals, assertRejects } from "@std/assert";
import { toFileUrl } from "./testing/to_file_url.ts";
import { readRepository } from "./repository.ts";

Deno.test("readRepository reads text, parses TypeScript, and leaves out what runs left, binaries and declarations", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const root = toFileUrl(folder);
    await Deno.mkdir(new URL("harness/a b/", root), { recursive: true });
    await Deno.mkdir(new URL("reports/", root));
    await Deno.mkdir(new URL("harness/reports/", root));
    await Deno.writeTextFile(new URL("deno.json", root), '{ "imports": { "x": "./x.ts" } }');
    await Deno.writeTextFile(new URL("harness/a b/a.ts", root), 'import "x";');
    await Deno.writeTextFile(new URL("x.d.ts", root), "export {};");
    await Deno.writeTextFile(new URL("reports/left.ts", root), "");
    await Deno.writeTextFile(new URL("harness/reports/ours.ts", root), "");
    for (const name of ["history/", "logs/"]) {
      await Deno.mkdir(new URL(`left by a run/${name}`, root), { recursive: true });
    }
    await Deno.writeTextFile(new URL("left by a run/report.json", root), "{}");
    await Deno.writeFile(new URL("picture.png", root), new Uint8Array([1, 0, 2]));
    const { texts, sources, imports } = await readRepository(root);
    assertEquals(texts.map(({ path }) => path), [
      "deno.json",
      "harness/a b/a.ts",
      "harness/reports/ours.ts",
      "x.d.ts",
    ]);
    assertEquals(sources.map(({ path }) => path), ["harness/a b/a.ts", "harness/reports/ours.ts"]);
    assertEquals(sources[0]?.imports[0]?.target, "x.ts");
    assertEquals(imports, { x: "./x.ts" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readRepository says what is missing where there is no repository", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(() => readRepository(toFileUrl(folder)), Error, "holds no deno.json");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readRepository reads this repository by default", async () => {
  const { sources } = await readRepository();
  assert(sources.some(({ path }) => path === "scripts/checks/repository.ts"));
});
