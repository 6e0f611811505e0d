import { assert, assertEquals, assertThrows } from "@std/assert";
import { relocate } from "./relocate.ts";

const CACHE = "../../cache/deno/npm/registry.example/";

Deno.test("relocate lists the data files of our modules and of packages, with their places", () => {
  const { data } = relocate(
    [
      'import x from "node:x";',
      "// harness/a/data.ts",
      'var data = new URL(\n  "./table.json",\n  import.meta.url\n);',
      'var program = new URL("./main.ts", import.meta.url);',
      `// ${CACHE}etcd3/1.1.2/lib/pool.js`,
      "load(`${__dirname}/../proto/rpc.proto`);",
      `// ${CACHE}@grpc/reflection/1.0.4/build/src/v1.js`,
      'path2.join(__dirname, "../../proto/v1.proto");',
    ].join("\n"),
    "fixtures/services/main.js",
  );
  assertEquals(data, [
    { from: "harness/a/table.json", to: "harness/a/table.json", required: true },
    {
      // The whole folder: a proto imports others that lie beside it.
      from: `${CACHE}etcd3/1.1.2/proto`,
      to: "npm/etcd3/1.1.2/proto",
      required: false,
    },
    {
      from: `${CACHE}@grpc/reflection/1.0.4/proto`,
      to: "npm/@grpc/reflection/1.0.4/proto",
      required: false,
    },
  ]);
});

Deno.test("relocate lets each module find itself where it stood, from a bundle that stands elsewhere", async () => {
  const { text } = relocate(
    [
      "// harness/a/data.ts",
      'export const data = new URL("./table.json", import.meta.url).pathname;',
      'export const other = import.meta.resolve("../b/main.ts");',
      `// ${CACHE}etcd3/1.1.2/lib/pool.js`,
      "export const folder = `${__dirname}/..`;",
      "export const file = __filename;",
    ].join("\n"),
    "fixtures/services/main.js",
  );
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/fixtures/services`, { recursive: true });
    await Deno.writeTextFile(`${folder}/fixtures/services/main.js`, text);
    const code =
      `import * as found from "file://${folder}/fixtures/services/main.js"; console.log(JSON.stringify(found));`;
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", code] }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
      data: `${folder}/harness/a/table.json`,
      other: `file://${folder}/harness/b/main.ts`,
      folder: `${folder}/npm/etcd3/1.1.2/lib/..`,
      file: `${folder}/npm/etcd3/1.1.2/lib/pool.js`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("relocate leaves what stands before the first module as it is", () => {
  const { text, data } = relocate("var require = createRequire(import.meta.url);\n", "main.js");
  assertEquals([text, data], ["var require = createRequire(import.meta.url);\n", []]);
});

Deno.test("relocate refuses data from outside of the repository", () => {
  const error = assertThrows(
    () => relocate('// a.ts\nnew URL("../../x", import.meta.url)', "a.js"),
    Error,
    "Cannot bundle a.ts: it reads ../../x, which is outside of the repository",
  );
  assert(error instanceof Error);
});
