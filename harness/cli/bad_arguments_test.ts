import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Workplace } from "./testing/workplace.ts";

/** Arguments and what the message must hold. */
type Case = readonly [args: readonly string[], ...words: string[]];

/** Each ends with 64 and one clear message; neither a report nor a process is left. */
async function refuses(cases: readonly Case[]): Promise<void> {
  await using workplace = await Workplace.open();
  await Promise.all(cases.map(async ([args, ...words]) => {
    const { code, stdout, stderr } = await workplace.run(args);
    assertEquals({ args, code, stdout }, { args, code: 64, stdout: "" });
    for (const word of words) assertStringIncludes(stderr, word);
    assert(stderr.startsWith("meshproof: ") && stderr.endsWith("\n"), stderr);
    assert(!/^ +at |\.ts:\d/m.test(stderr), `no stack trace: ${stderr}`);
  }));
  assertEquals(await workplace.leftovers(), []);
  assertEquals([...Deno.readDirSync(workplace.folder)].map(({ name }) => name), ["tmp"]);
}

Deno.test("meshproof refuses commands and options that it does not know", () =>
  refuses([
    [["nosuch"], "unknown command 'nosuch'", "see --help"],
    [["run", "--nosuch"], "unknown option '--nosuch'"],
    [["run", "extra"], "too many arguments"],
    [["analyze"], "missing required argument 'run'"],
  ]));

Deno.test("meshproof run refuses names and globs that pick nothing, and says what there is", () =>
  refuses([
    [["run", "--mesh", "nosuch"], "--mesh nosuch", 'found "nosuch"', "reference, direct"],
    [["run", "--scenario", "nothing/*"], "--scenario nothing/*", "found none", "routing/no_route"],
    [["run", "--clause", "ZZZ-*"], "--clause ZZZ-*", "found none", "RTE-07"],
    [["mutants", "--scenario", "nothing/*"], "--scenario nothing/*", "found none"],
    [
      ["run", "--scenario", "routing/no_route", "--shard", "2/2"],
      "--shard 2/2",
      "at least one scenario in the share",
    ],
  ]));

Deno.test("meshproof run refuses values that are none, and says what it expected", () =>
  refuses([
    [["run", "--seed", "x"], "--seed x", "a whole number", 'found "x"'],
    [["run", "--shard", "3/2"], "--shard 3/2", "1 <= i <= n"],
    [["run", "--shard", "0/2"], "--shard 0/2", "1 <= i <= n"],
    [["run", "--shard", "2"], "--shard 2", "expected i/n", "such as 2/4"],
    [["run", "--shard", "1/2", "--seed", "random"], "--seed random", "a number beside --shard 1/2"],
    [["mutants", "--shard", "3/2"], "--shard 3/2", "1 <= i <= n"],
    [["mutants", "--shard", "1/2", "--seed", "random"], "--seed random", "a number beside --shard 1/2"],
    [["run", "--repeat", "0"], "--repeat 0", "at least 1"],
    [["run", "--runtime", "podman"], "--runtime podman", "expected process or docker"],
  ]));

Deno.test("meshproof with --json says a failure as JSON on standard error, and nothing on standard output", async () => {
  await using workplace = await Workplace.open();
  const runs = await Promise.all([
    workplace.run(["run", "--json", "--mesh", "nosuch"]),
    workplace.run(["list", "--json", "--nosuch"]),
  ]);
  for (const { code, stdout, stderr } of runs) {
    assertEquals({ code, stdout }, { code: 64, stdout: "" });
    const failure: { error: string; exitCode: number } = JSON.parse(stderr);
    assertEquals(failure.exitCode, 64);
    assertStringIncludes(failure.error, "nosuch");
  }
});
