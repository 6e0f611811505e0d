import { assert, assertEquals } from "@std/assert";
import { fakeTool } from "../../harness/runtime/testing/fake_tool.ts";
import { Tools } from "../../harness/runtime/tools.ts";
import { toFileUrl } from "../checks/testing/to_file_url.ts";
import { type Linted, lintWorkflows } from "./actionlint.ts";

/** Lints one workflow by a stand-in for actionlint that has this script. */
async function lint(script: string): Promise<{ linted: Linted | Error; asked: string }> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  try {
    const tool = await fakeTool(
      `${folder}/actionlint`,
      `[ "$1" = -version ] && echo 1.7.12 && exit\necho "$@" > asked\n${script}`,
    );
    const tools = new Tools({ env: { MESHPROOF_TOOL_ACTIONLINT: tool }, cacheFolder: `${folder}/cache` });
    const linted = await lintWorkflows(tools, toFileUrl(folder), ["a.yml"]).catch((error: Error) => error);
    return { linted, asked: await Deno.readTextFile(`${folder}/asked`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("lintWorkflows gives what actionlint found as file, line and message", async () => {
  const { linted, asked } = await lint(
    `echo 'a.yml:3:5: unexpected key "step" for "job" section [syntax-check]'; exit 1`,
  );
  assertEquals(linted, {
    breaches: [{ path: "a.yml", line: 3, message: 'unexpected key "step" for "job" section [syntax-check]' }],
  });
  assertEquals(asked, "-no-color -oneline -shellcheck= -pyflakes= a.yml\n");
});

Deno.test("lintWorkflows finds nothing where actionlint ends well", async () => {
  assertEquals((await lint("exit 0")).linted, { breaches: [] });
});

Deno.test("lintWorkflows takes no failure of actionlint for a finding, or for none", async () => {
  for (const script of ["echo 'no such file' >&2; exit 3", "exit 1"]) {
    const { linted } = await lint(script);
    assert(
      linted instanceof Error && linted.message.startsWith("actionlint failed with exit code "),
      String(linted),
    );
  }
});

Deno.test("lintWorkflows says why actionlint cannot be had, and how it could", async () => {
  const tools = new Tools({ env: { MESHPROOF_TOOL_ACTIONLINT: "/nowhere/actionlint" } });
  const linted = await lintWorkflows(tools, toFileUrl("."), ["a.yml"]);
  assert("unavailable" in linted);
  assert(linted.unavailable.includes("Cannot get the tool actionlint 1.7.12"), linted.unavailable);
  assert(linted.unavailable.includes("have the Go toolchain"), linted.unavailable);
});
