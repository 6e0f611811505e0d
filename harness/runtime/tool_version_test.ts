import { assert, assertEquals, assertRejects } from "@std/assert";
import { fakeTool, PIN } from "./testing/fake_tool.ts";
import { isAcceptable, readToolVersion } from "./tool_version.ts";

Deno.test("isAcceptable takes any version where the pin says that any will do", () => {
  for (const version of ["0.9", "1.2.3", "2.0.0"]) {
    assert(isAcceptable(version, { version: "1.2.3", acceptable: "any" }), version);
  }
});

Deno.test("isAcceptable takes later patches of the pinned minor version only", () => {
  for (const version of ["1.2.3", "1.2.4", "1.2.10"]) {
    assert(isAcceptable(version, { version: "1.2.3" }), version);
  }
  for (const version of ["1.2.2", "1.3.3", "2.2.3", "1.2", "x"]) {
    assert(!isAcceptable(version, { version: "1.2.3" }), version);
  }
});

Deno.test("readToolVersion reads what the tool says, and quotes what it cannot read", async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  const good = await fakeTool(`${folder}/good`, 'echo "web version 1.2.3 (clean)"');
  assertEquals(await readToolVersion(PIN, good), "1.2.3");
  const mute = await fakeTool(`${folder}/mute`, "echo nothing of use");
  await assertRejects(() => readToolVersion(PIN, mute), Error, "found nothing of use");
  const dying = await fakeTool(`${folder}/dying`, "echo no such library >&2; exit 127");
  await assertRejects(() => readToolVersion(PIN, dying), Error, "exit code 127: no such library");
  await assertRejects(() => readToolVersion(PIN, `${folder}/absent`), Error, "cannot be started");
  await Deno.remove(folder, { recursive: true });
});
