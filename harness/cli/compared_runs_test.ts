import { assertEquals, assertThrows } from "@std/assert";
import type { MeshReport, Report } from "../report/schema.ts";
import { columnsOf, type NamedRun, splitName } from "./compared_runs.ts";
import { UsageError } from "./exit.ts";

function run(name: string, meshes: readonly string[], mesh?: string): NamedRun {
  const reports = meshes.map((each) => ({ name: each, cells: [] }) as unknown as MeshReport);
  const report = { run: { id: name }, meshes: reports } as unknown as Report;
  return { name, folder: name, report, ...(mesh === undefined ? {} : { mesh }) };
}

function columns(...runs: readonly NamedRun[]): string[] {
  return columnsOf(runs).map(({ run, mesh, baseline }) => `${run} ${mesh.name} ${baseline ?? "-"}`);
}

Deno.test("splitName takes the word behind the last colon for the mesh", () => {
  assertEquals(splitName("run-1"), { name: "run-1" });
  assertEquals(splitName("out/a:envoy"), { name: "out/a", mesh: "envoy" });
  assertEquals(splitName("out:1/a"), { name: "out:1/a" });
});

Deno.test("columnsOf whole runs puts each mesh beside itself, controls last, measured against the first run", () => {
  assertEquals(
    columns(run("a", ["reference", "envoy"]), run("b", ["envoy", "reference"]), run("c", ["envoy"])),
    [
      "0 envoy -",
      "1 envoy 0",
      "2 envoy 0",
      "0 reference -",
      "1 reference 3",
    ],
  );
});

Deno.test("columnsOf whole runs measures a mesh that the first run has not against nothing", () => {
  assertEquals(columns(run("a", ["envoy"]), run("b", ["envoy", "nginx"]), run("c", ["nginx"])), [
    "0 envoy -",
    "1 envoy 0",
    "1 nginx -",
    "2 nginx -",
  ]);
});

Deno.test("columnsOf meshes by name measures all against the first, also within one run", () => {
  const meshes = ["envoy", "nginx"];
  assertEquals(columns(run("a", meshes, "nginx"), run("a", meshes, "envoy")), ["0 nginx -", "1 envoy 0"]);
});

Deno.test("columnsOf a whole run beside a named mesh is that mesh of it", () => {
  const meshes = ["envoy", "nginx"];
  assertEquals(columns(run("a", meshes, "nginx"), run("b", meshes)), ["0 nginx -", "1 nginx 0"]);
  assertEquals(columns(run("a", meshes), run("b", meshes, "envoy")), ["0 envoy -", "1 envoy 0"]);
});

Deno.test("columnsOf refuses what cannot be compared, and says what there is", () => {
  const refuse = (words: string, ...runs: readonly NamedRun[]) =>
    assertThrows(() => columnsOf(runs), UsageError, words);
  refuse(
    "expected two runs, or two meshes of one as <run>:<mesh>, found a (envoy, nginx)",
    run("a", ["envoy", "nginx"]),
  );
  refuse("expected two runs", run("a", ["envoy"], "envoy"));
  refuse("a mesh in common, found a (envoy) and b (nginx)", run("a", ["envoy"]), run("b", ["nginx"]));
  refuse(
    'b:envoi: expected one of the run\'s meshes, envoy; found "envoi"',
    run("a", ["envoy"]),
    run("b", ["envoy"], "envoi"),
  );
});
