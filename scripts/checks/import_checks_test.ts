import { assertEquals } from "@std/assert";
import { checkAllowedImports } from "./allowed_imports.ts";
import { checkDeadFiles } from "./dead_files.ts";
import { checkGuardedPackages } from "./guarded_packages.ts";
import { checkImportCycles } from "./import_cycles.ts";
import { checkImportMap } from "./import_map.ts";
import { parseSource } from "./parse_source.ts";
import type { Breach, SourceFile } from "./source_file.ts";

/** Files by path and text. */
function files(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => parseSource(path, text));
}

function places(breaches: readonly Breach[]): string[] {
  return breaches.map(({ path, line }) => `${path}:${line}`);
}

Deno.test("checkAllowedImports refuses an import against the flow, also of types, also when exported on", () => {
  const found = checkAllowedImports(files({
    "harness/model/a.ts": '\nimport { b } from "../judge/b.ts";',
    "harness/mesh/a.ts": 'import type { B } from "../judge/b.ts";',
    "harness/judge/a.ts": 'export * from "../engine/run.ts";',
    "fixtures/services/a.ts": 'import { spawn } from "../../harness/runtime/process.ts";',
  }));
  assertEquals(places(found), [
    "harness/model/a.ts:2",
    "harness/mesh/a.ts:1",
    "harness/judge/a.ts:1",
    "fixtures/services/a.ts:1",
  ]);
});

Deno.test("checkAllowedImports lets through what the table names, and a part's own files", () => {
  const found = checkAllowedImports(files({
    "harness/judge/a.ts": 'import "./b.ts"; import "../model/c.ts"; import "yaml"; import "../../deno.json";',
    "fixtures/services/a.ts": 'import "../../harness/runtime/grpc.ts";',
    "harness/mesh/a.ts": 'new URL("../../fixtures/reference/main.ts", import.meta.url);',
  }));
  assertEquals(found, []);
});

Deno.test("checkAllowedImports lets a test reach for stand-ins that its code may not", () => {
  const text = 'import "../observe/memory_recorder.ts";';
  assertEquals(checkAllowedImports(files({ "harness/faults/a_test.ts": text })), []);
  assertEquals(places(checkAllowedImports(files({ "harness/faults/a.ts": text }))), [
    "harness/faults/a.ts:1",
  ]);
});

Deno.test("checkAllowedImports refuses a file that is in no part", () => {
  assertEquals(places(checkAllowedImports(files({ "lib/a.ts": "" }))), ["lib/a.ts:0"]);
});

Deno.test("checkImportCycles shows a cycle where it closes, and how it runs", () => {
  const found = checkImportCycles(files({
    "a.ts": 'import "./b.ts";',
    "b.ts": '\nimport "./c.ts";',
    "c.ts": '\n\nimport "./a.ts";',
  }));
  assertEquals(found, [{
    path: "c.ts",
    line: 3,
    message: "closes a cycle of imports: a.ts -> b.ts -> c.ts -> a.ts",
  }]);
});

Deno.test("checkImportCycles lets a diamond and a cycle of types alone pass", () => {
  const found = checkImportCycles(files({
    "a.ts": 'import "./b.ts"; import "./c.ts";',
    "b.ts": 'import "./d.ts";',
    "c.ts": 'import "./d.ts";',
    "d.ts": 'import type { A } from "./a.ts";',
  }));
  assertEquals(found, []);
});

Deno.test("checkDeadFiles finds what no program reaches, and what only tests reach", () => {
  const found = checkDeadFiles(files({
    "harness/cli/main.ts": 'import "../engine/a.ts"; new URL("../runtime/child.ts", import.meta.url);',
    "harness/engine/a.ts": "",
    "harness/engine/a_test.ts": 'import "./only_tested.ts";',
    "harness/engine/only_tested.ts": "",
    "harness/engine/testing/stand_in.ts": "",
    "harness/engine/testing_clock.ts": "",
    "harness/engine/unused.ts": "",
    "harness/runtime/child.ts": 'import "./grandchild.ts";',
    "harness/runtime/grandchild.ts": "",
    "scenarios/routing/a.ts": 'new URL("../../fixtures/tools", import.meta.url);',
    "fixtures/tools/etcd.ts": "",
  }));
  assertEquals(places(found), ["harness/engine/only_tested.ts:0", "harness/engine/unused.ts:0"]);
});

Deno.test("checkGuardedPackages refuses grpc-js past its guard, and a session opened before http2 is made safe", () => {
  const found = checkGuardedPackages(files({
    "harness/runtime/grpc.ts": 'import "./safe_http2.ts"; import * as grpc from "@grpc/grpc-js";',
    "harness/a.ts": 'import type { Client } from "@grpc/grpc-js";',
    "harness/b.ts": '\nimport http2 from "node:http2";\nhttp2.connect("x");',
    "harness/c.ts": 'import "./runtime/safe_http2.ts";\nimport http2 from "node:http2";\nhttp2.connect("x");',
    "harness/d.ts": 'import { Etcd3 } from "etcd3";\nimport "./runtime/safe_http2.ts";',
    "harness/e.ts": 'import http2 from "node:http2";\nhttp2.constants;',
  }));
  assertEquals(places(found), ["harness/a.ts:1", "harness/b.ts:2", "harness/d.ts:1"]);
});

Deno.test("checkImportMap refuses what goes past the map, and entries that are loose, doubled or unused", () => {
  const sources = files({
    "a.ts":
      'import "npm:yaml@2";\nimport "zod";\nimport "node:fs";\nimport "left-pad";\nimport "std/assert/mod.js";',
    "b.ts": 'import "loose"; import "other";',
  });
  const found = checkImportMap(sources, {
    zod: "npm:zod@4.0.0",
    "std/": "npm:/deno-std@1.4.0/",
    loose: "npm:loose@^1",
    other: "npm:zod@3.0.0",
    unused: "npm:@scope/unused@1.0.0",
  });
  assertEquals(found.map(({ path, line, message }) => `${path}:${line} ${message.split(":")[0]}`), [
    "a.ts:1 imports npm",
    "a.ts:4 imports left-pad",
    'deno.json:0 "loose" is npm',
    'deno.json:0 "other" and "zod" are two versions of zod',
    'deno.json:0 "unused" is imported by nobody',
  ]);
});
