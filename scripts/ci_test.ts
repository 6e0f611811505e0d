import { assert, assertEquals } from "@std/assert";
import { toFileUrl } from "./checks/testing/to_file_url.ts";

/** What each part of `.ci/run` prints and how it ends, when `npx` is a stand-in. */
type Parts = Readonly<
  Record<"test" | "ok" | "run" | "meshproof", { readonly prints: string; readonly code: number }>
>;

const GOOD: Parts = {
  test: { prints: "ok | 10 passed (2 steps) | 0 failed (3s)", code: 0 },
  ok: { prints: "== format\nok\n\n15 passed, 0 failed", code: 0 },
  run: { prints: "score", code: 0 },
  meshproof: { prints: "killed", code: 0 },
};

interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
  /** Names of what `--keep` kept. */
  readonly kept: readonly string[];
  readonly left: readonly string[];
}

/** Starts a copy of `.ci/run` with stand-ins for npx, node, go and python3 in a folder of its own. */
async function startCi(
  parts: Parts,
  beforeExit = "",
  env: Record<string, string> = {},
): Promise<{ child: Deno.ChildProcess; root: URL }> {
  const folder = await Deno.makeTempDir();
  const root = toFileUrl(folder);
  for (const name of [".ci", "bin", "tmp", ".coverage"]) await Deno.mkdir(new URL(name, root));
  await Deno.copyFile(new URL("../.ci/run", import.meta.url), new URL(".ci/run", root));
  const cases = Object.entries(parts).map(([task, { prints, code }]) =>
    `  *" task ${task}"*) printf '%b\\n' ${JSON.stringify(prints)}; ${beforeExit}\n    exit ${code} ;;`
  );
  const npx = `#!/usr/bin/env bash\ncase "$*" in\n${cases.join("\n")}\n  *) echo "deno 2" ;;\nesac\n`;
  const nothing = "#!/bin/sh\n";
  for (const [name, text] of Object.entries({ npx, node: nothing, python3: nothing, go: nothing })) {
    await Deno.writeTextFile(new URL(`bin/${name}`, root), text, { mode: 0o755 });
  }
  const child = new Deno.Command("bash", {
    args: [".ci/run", "--keep", "kept"],
    cwd: folder,
    env: { PATH: `${folder}/bin:${Deno.env.get("PATH")}`, TMPDIR: `${folder}/tmp`, ...env },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return { child, root };
}

/** Runs it to its end. */
async function runCi(parts: Parts, env: Record<string, string> = {}): Promise<Ended> {
  const { child, root } = await startCi(parts, "", env);
  try {
    const { code, stdout } = await child.output();
    return {
      code,
      lines: new TextDecoder().decode(stdout).trimEnd().split("\n"),
      kept: await names(new URL("kept", root)),
      left: [
        ...await names(new URL("tmp", root)),
        ...(await names(root)).filter((name) => name === ".coverage"),
      ],
    };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function names(folder: URL): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test(".ci/run adds up its parts, keeps their logs, cleans up and exits 0 when all is well", async () => {
  const { code, lines, kept, left } = await runCi(GOOD);
  assertEquals(lines.at(-1), "27 passed, 0 failed");
  assertEquals(code, 0);
  assertEquals(kept, ["mutants.log", "ok.log", "run.log", "test.log"]);
  assertEquals(left, []);
});

Deno.test(".ci/run goes on after a part that fails, counts it and exits 1", async () => {
  const { code, lines } = await runCi({
    ...GOOD,
    test: { prints: "\\033[31mFAILED\\033[0m | 8 passed | 2 failed (1s)", code: 1 },
    meshproof: { prints: "a mutant survived", code: 1 },
  });
  assertEquals(lines.at(-1), "24 passed, 3 failed");
  assertEquals(code, 1);
});

Deno.test(".ci/run takes a part that ends badly, or says no totals, for failed whatever it printed", async () => {
  const crashed = await runCi({ ...GOOD, test: { prints: "ok | 10 passed | 0 failed", code: 134 } });
  assertEquals([crashed.lines.at(-1), crashed.code], ["27 passed, 1 failed", 1]);
  const silent = await runCi({ ...GOOD, ok: { prints: "nothing", code: 0 } });
  assertEquals([silent.lines.at(-1), silent.code], ["12 passed, 1 failed", 1]);
});

Deno.test(".ci/run counts as failed what its budget leaves no time for", async () => {
  const { code, lines } = await runCi(GOOD, { CI_BUDGET_SECONDS: "0" });
  assertEquals([lines.at(-1), code], ["0 passed, 4 failed", 1]);
});

Deno.test(".ci/run ends its part and cleans up when it is told to end", async () => {
  const { child, root } = await startCi({ ...GOOD, test: { prints: "begun", code: 0 } }, "exec sleep 60");
  try {
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("== test")) seen += (await reader.read()).value ?? "";
    child.kill("SIGTERM");
    // Closes only when nothing that the part started holds the pipe any more.
    while (!(await reader.read()).done);
    assertEquals((await child.status).code, 143);
    assertEquals(await names(new URL("tmp/", root)), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test(".ci/run refuses arguments that it does not know", async () => {
  const { code, stderr } = await new Deno.Command("bash", {
    args: [".ci/run", "--fast"],
    cwd: new URL("../", import.meta.url),
  }).output();
  assertEquals(code, 64);
  assert(new TextDecoder().decode(stderr).includes('found "--fast"'));
});
