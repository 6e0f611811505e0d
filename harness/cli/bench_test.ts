import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { benchSchema } from "../report/bench_schema.ts";
import { startProgram } from "./testing/started_cli.ts";
import { programArguments } from "./testing/workplace.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-cli-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** `bench` with the rows of testing/made_up_bench_main.ts, of which `peerless` finds no h2load. */
async function bench(folder: string, ...args: string[]) {
  const main = decodeURIComponent(new URL("./testing/made_up_bench_main.ts", import.meta.url).pathname);
  const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);
  const words = [...programArguments().slice(0, -1), `--config=${config}`, main, ...args];
  await Deno.mkdir(`${folder}/tmp`, { recursive: true });
  return await startProgram(Deno.execPath(), words, {
    cwd: folder,
    env: { MESHPROOF_TOOL_H2LOAD: "/nowhere/h2load", TMPDIR: `${folder}/tmp` },
  }).finished;
}

Deno.test("meshproof bench prints the table, writes bench.json, and ends with 0 when every bound holds", async () => {
  await withFolder(async (folder) => {
    const { code, stdout, stderr } = await bench(folder, "--row", "kept", "--out", "out/bench.json");
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "kept 6/6 theirs: speed 10");
    const cells = stdout.split("\n").find((line) => line.includes("speed of kept"))?.split("│")
      .map((cell) => cell.trim());
    assertEquals(cells?.slice(1, -1), [
      ...["speed of kept [m/s]", "ours", "30", "theirs", "10", "3 (3 to 3)", "x 1", ">= 2", "yes"],
    ]);
    const report = benchSchema.parse(JSON.parse(await Deno.readTextFile(`${folder}/out/bench.json`)));
    const [comparison] = report.comparisons;
    assertEquals([comparison?.ratio, comparison?.holds, comparison?.certain], [3, true, true]);
    assertEquals(report.rows[0]?.rounds.length, 6);
    assert("bench-driver" in report.run.tools);
    assertEquals([...Deno.readDirSync(`${folder}/tmp`)].map(({ name }) => name), []);
  });
});

Deno.test("meshproof bench --json prints bench.json alone, and ends with 1 when a bound is missed", async () => {
  await withFolder(async (folder) => {
    const { code, stdout, stderr } = await bench(folder, "--json", "--quick", "--out", "bench.json");
    assertEquals([code, stderr], [1, ""]);
    const report = benchSchema.parse(JSON.parse(stdout));
    assertEquals(report, JSON.parse(await Deno.readTextFile(`${folder}/bench.json`)));
    assertEquals(report.comparisons.map(({ row, holds }) => [row, holds]), [
      ["kept", true],
      ["missed", false],
      ["peerless", null],
    ]);
  });
});

Deno.test("meshproof bench says why a row has no figure, and ends with 2", async () => {
  await withFolder(async (folder) => {
    const { code, stdout } = await bench(
      folder,
      "--row",
      "{kept,peerless}",
      "--quick",
      "--out",
      "bench.json",
    );
    assertEquals(code, 2);
    assertStringIncludes(stdout, "not measured, peerless: Cannot get the tool h2load");
    assertStringIncludes(stdout, "/nowhere/h2load");
    assertStringIncludes(stdout, "a quick run: its figures say little");
  });
});

Deno.test("meshproof bench refuses rows that are not there, and rounds that are none", async () => {
  await withFolder(async (folder) => {
    const none = await bench(folder, "--row", "speed-of-light");
    assertEquals([none.code, none.stdout], [64, ""]);
    assertStringIncludes(none.stderr, "one of kept, missed, peerless");
    const zero = await bench(folder, "--rounds", "0");
    assertEquals(zero.code, 64);
    assertStringIncludes(zero.stderr, "--rounds 0: expected a whole number of at least 1");
  });
});
