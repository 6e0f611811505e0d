import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { moduleGraph } from "./module_graph.ts";

async function graphOf(
  files: Readonly<Record<string, string>>,
  sources: readonly string[],
): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries({ "deno.json": "{}", ...files })) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    return await moduleGraph(pathToFileURL(`${await Deno.realPath(folder)}/`), sources);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("moduleGraph follows imports, types, late imports, and data files that are there", async () => {
  const found = await graphOf({
    "a/main.ts":
      `import "./b.ts"; import type { C } from "../c.ts"; await import("../d.ts"); export type { C };`,
    "a/b.ts":
      `export const data = new URL("../data", import.meta.url), program = new URL("./e.ts", import.meta.url);`,
    "c.ts": 'export type C = 1; // new URL("./nowhere", import.meta.url)',
    "d.ts": 'import "node:fs";',
    "a/e.ts": "",
    "data/x.proto": "",
    "other.ts": "",
  }, ["a/main.ts"]);
  assertEquals(found, ["a/b.ts", "a/main.ts", "c.ts", "d.ts", "data"]);
});

Deno.test("moduleGraph names the program and the module that is missing", async () => {
  await assertRejects(
    () => graphOf({ "main.ts": `import "./nowhere.ts";` }, ["main.ts"]),
    Error,
    "Cannot find out what main.ts are made of",
  );
});
