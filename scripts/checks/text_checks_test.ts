import { assert, assertEquals } from "@std/assert";
import { checkFileLength } from "./file_length.ts";
import { parseSource } from "./parse_source.ts";
import { checkPortableText } from "./portable_text.ts";
import { checkSchemaFiles, schemaText } from "./schema_files.ts";
import { checkSideEffects } from "./side_effects.ts";
import { describeBreach } from "./source_file.ts";

Deno.test("checkFileLength refuses a file of one line too many", () => {
  const lines = (count: number) => "x;\n".repeat(count);
  const found = checkFileLength([
    { path: "fits.ts", text: lines(5) },
    { path: "unended.ts", text: `${lines(4)}x;` },
    { path: "long.ts", text: lines(6) },
    { path: "long.md", text: lines(6) },
  ], 5);
  assertEquals(found.map(({ path }) => path), ["long.ts"]);
});

Deno.test("checkSideEffects refuses printing and exits outside of programs and tests", () => {
  const text = "Deno.exit(1);\nconsole.log(1);\nDeno.stdout.writeSync(x);\nDeno.args;\n";
  const at = (path: string) => checkSideEffects([parseSource(path, text)]).map(describeBreach);
  const found = at("harness/engine/a.ts");
  assertEquals(found.length, 3);
  assert(found[0]?.startsWith("harness/engine/a.ts:1: uses Deno.exit"), found[0]);
  for (
    const path of [
      "harness/cli/run.ts",
      "fixtures/services/main.ts",
      "scripts/ok.ts",
      "harness/engine/a_test.ts",
    ]
  ) {
    assertEquals(at(path), [], path);
  }
});

Deno.test("checkPortableText refuses paths of one machine and hosts of registries, each with its line", () => {
  // Joined from pieces: this file is checked too.
  const home = ["", "home", "me", "x"].join("/");
  const registry = ["registry", "npmjs", "org"].join(".");
  const text = `fine\nopen ${home}\nhttps://${registry}/zod\n`;
  assertEquals(checkPortableText([{ path: "a.md", text }]).map(({ line }) => line), [2, 3]);
});

Deno.test("checkPortableText lets through paths of every machine, relative paths and look-alikes", () => {
  const text = [
    "/usr/bin/env /etc/hosts /proc/stat /tmp/x",
    "./work/a ${root}/work/b a/home/c",
    "https://etcd.io https://example.org/pypi",
  ].join("\n");
  assertEquals(checkPortableText([{ path: "a.md", text }]), []);
});

Deno.test("checkSchemaFiles refuses a schema that is missing, stale or made by nobody", () => {
  const folder = "harness/report/schema";
  const found = checkSchemaFiles([
    { path: `${folder}/fresh.json`, text: schemaText({ a: 1 }) },
    { path: `${folder}/stale.json`, text: schemaText({ a: 1 }) },
    { path: `${folder}/orphan.json`, text: "{}" },
  ], { "fresh.json": { a: 1 }, "stale.json": { a: 2 }, "missing.json": {} });
  assertEquals(
    found.map(({ path, message }) => `${path.slice(folder.length + 1)} ${message.split(":")[0]}`),
    [
      "stale.json is not what scripts/checks/report_schemas.ts makes",
      "missing.json is missing",
      "orphan.json is made by no schema in scripts/checks/report_schemas.ts",
    ],
  );
});
