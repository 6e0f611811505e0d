import { assert, assertEquals, assertStringIncludes } from "@std/assert";

async function draw(
  env: Record<string, string>,
): Promise<{ code: number; said: string; output: string; summary: string }> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-nightly-" });
  try {
    for (const name of ["output", "summary"]) await Deno.writeTextFile(`${folder}/${name}`, "before\n");
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--allow-read", "--allow-write", "--allow-env"],
        decodeURIComponent(new URL("./nightly_seed.ts", import.meta.url).pathname),
      ],
      env: {
        GITHUB_OUTPUT: `${folder}/output`,
        GITHUB_STEP_SUMMARY: `${folder}/summary`,
        SEED: "",
        REPEAT: "",
        ...env,
      },
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      said: decoder.decode(stdout) + decoder.decode(stderr),
      output: await Deno.readTextFile(`${folder}/output`),
      summary: await Deno.readTextFile(`${folder}/summary`),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("nightly_seed hands on the seed and rounds that somebody asked for, as notice, output and summary", async () => {
  const { code, said, output, summary } = await draw({ SEED: "42", REPEAT: "5" });
  assertEquals([code, said], [0, "::notice title=Seed of this night::42, 5 rounds\n"]);
  assertEquals(output, "before\nseed=42\nrepeat=5\n");
  assertStringIncludes(summary, "before\nSeed **42**, 5 rounds.");
});

Deno.test("nightly_seed draws a fresh seed where none is asked for", async () => {
  const outputs = await Promise.all(
    [draw({}), draw({}), draw({})].map(async (drawn) => (await drawn).output),
  );
  for (const output of outputs) assert(/^before\nseed=\d+\nrepeat=3\n$/.test(output), output);
  assert(new Set(outputs).size > 1, outputs.join());
});

Deno.test("nightly_seed refuses what is no whole number, and hands nothing on", async () => {
  for (
    const [env, words] of [[{ SEED: "1; rm x" }, "--seed 1; rm x"], [{ REPEAT: "0" }, "--repeat 0"]] as const
  ) {
    const { code, said, output } = await draw(env);
    assertEquals([code, output], [64, "before\n"]);
    assertStringIncludes(said, `nightly_seed: ${words}: expected a whole number`);
  }
});
