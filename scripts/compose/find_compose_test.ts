import { assertEquals, assertRejects } from "@std/assert";
import { fakeTool } from "../../harness/runtime/testing/fake_tool.ts";
import type { FoundTool } from "../../harness/runtime/tools.ts";
import { findCompose } from "./find_compose.ts";

const PINNED: FoundTool = { path: "/pinned/docker-compose", version: "2.40.3", where: "cache" };
const pinned = { get: (name: string) => Promise.resolve({ ...PINNED, path: `/pinned/${name}` }) };

/** What is found where `docker` is this script; where there is none, PATH is an empty folder. */
async function found(script?: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    if (script !== undefined) await fakeTool(`${folder}/docker`, script);
    const { command, args, version } = await findCompose(pinned, { PATH: folder });
    return [command, ...args, version].join(" ");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("findCompose takes this machine's plug-in from version 2 on, asked as Compose wants it", async () => {
  const asked = '[ "$*" = "compose version --short" ] || exit 9\n';
  assertEquals(await found(`${asked}echo 2.24.1`), "docker compose 2.24.1");
  assertEquals(await found(`${asked}echo v5.0.0-desktop.1`), "docker compose 5.0.0-desktop.1");
});

Deno.test("findCompose takes the pinned one where the plug-in is missing, old or broken, or docker is", async () => {
  const tool = "/pinned/docker-compose 2.40.3";
  assertEquals(await found(), tool);
  assertEquals(await found("echo 1.29.2"), tool);
  assertEquals(await found("echo \"docker: 'compose' is not a docker command.\" >&2; exit 1"), tool);
  assertEquals(await found("echo 2.24.1; exit 1"), tool);
});

Deno.test("findCompose hands on why the pinned one cannot be had", async () => {
  const none = { get: () => Promise.reject(new Error("no Go toolchain")) };
  await assertRejects(() => findCompose(none, { PATH: "/nowhere" }), Error, "no Go toolchain");
});
