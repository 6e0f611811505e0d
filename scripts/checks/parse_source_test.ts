import { assertEquals } from "@std/assert";
import { parseSource } from "./parse_source.ts";

const MAP = { "@std/assert": "./types/std_assert.ts", yaml: "npm:yaml@1.0.0" };

function importsOf(text: string): string[] {
  return parseSource("harness/judge/x.ts", text, MAP).imports.map(({ specifier, target, kind, line }) =>
    `${line} ${kind} ${specifier} ${target ?? "-"}`
  );
}

Deno.test("parseSource finds every form of import and export-from", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import "../model/b.ts";',
    'export * from "./c.ts";',
    'export type { D } from "./d.ts";',
    'const e = await import("./e.ts");',
    'type F = typeof import("./f.ts");',
    'import { g } from "yaml";',
    'import { assert } from "@std/assert";',
    "",
    'const h = new URL("../../fixtures/h/main.ts", import.meta.url);',
    'const i = import.meta.resolve("./i.ts");',
  ].join("\n");
  assertEquals(importsOf(text), [
    "1 import ./a.ts harness/judge/a.ts",
    "2 import ../model/b.ts harness/model/b.ts",
    "3 import ./c.ts harness/judge/c.ts",
    "4 type ./d.ts harness/judge/d.ts",
    "5 import ./e.ts harness/judge/e.ts",
    "6 type ./f.ts harness/judge/f.ts",
    "7 import yaml -",
    "8 import @std/assert types/std_assert.ts",
    "10 reference ../../fixtures/h/main.ts fixtures/h/main.ts",
    "11 reference ./i.ts harness/judge/i.ts",
  ]);
});

Deno.test("parseSource tells imports of types from imports of values", () => {
  assertEquals(importsOf('import type { A } from "./a.ts";'), ["1 type ./a.ts harness/judge/a.ts"]);
  assertEquals(importsOf('import { type A, type B } from "./a.ts";'), ["1 type ./a.ts harness/judge/a.ts"]);
  assertEquals(importsOf('import { type A, b } from "./a.ts";'), ["1 import ./a.ts harness/judge/a.ts"]);
  assertEquals(importsOf('import a, { type B } from "./a.ts";'), ["1 import ./a.ts harness/judge/a.ts"]);
});

Deno.test("parseSource is not fooled by strings, comments and other people's URLs", () => {
  const text = [
    '// import "./a.ts";',
    'const a = `import "./b.ts"`;',
    'const b = new URL("/path", "http://localhost");',
  ];
  assertEquals(importsOf(text.join("\n")), []);
});

Deno.test("parseSource finds uses of Deno, console and process with their lines", () => {
  const { members } = parseSource(
    "a.ts",
    'const x = 1;\nDeno.exit(1);\nconsole.log("Deno.exit");\n// Deno.exit\n',
  );
  assertEquals(members, [{ name: "Deno.exit", line: 2 }, { name: "console.log", line: 3 }]);
});
