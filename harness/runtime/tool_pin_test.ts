import { assert, assertEquals, assertRejects } from "@std/assert";
import { defaultPinFolder, readToolPin, toolNames } from "./tool_pin.ts";

async function withPin(text: string, body: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  await Deno.writeTextFile(`${folder}/web.json`, text);
  await body(folder);
  await Deno.remove(folder, { recursive: true });
}

const PIN = {
  ...{ name: "web", version: "1.2.3", executable: "web", versionArgs: ["-v"], versionPattern: "(.*)" },
  ...{ sources: [], otherWays: [] },
};

Deno.test("readToolPin reads every pin of this repository", async () => {
  const folder = defaultPinFolder();
  const names = await toolNames(folder);
  assert(names.includes("envoy") && names.includes("etcd"));
  for (const name of names) {
    const pin = await readToolPin(folder, name);
    assert(new RegExp(pin.versionPattern).source !== "" && pin.sources.length > 0);
    for (const source of pin.sources) {
      if (source.kind !== "go-build") continue;
      const module = await Deno.readTextFile(`${folder}/${source.module}/go.mod`);
      // A program of our own without dependencies has a version of its own.
      assert(
        !module.includes("require") || module.includes(` v${pin.version}\n`),
        `${source.module}/go.mod requires ${name} ${pin.version}`,
      );
    }
  }
});

Deno.test("readToolPin names file and field of what is wrong", async () => {
  await withPin(
    JSON.stringify({ ...PIN, version: "latest" }),
    (folder) => assertRejects(() => readToolPin(folder, "web"), Error, `${folder}/web.json: version:`),
  );
  const source = { kind: "wheel", package: "p", version: "1", file: "f", sha256: { "linux-x86_64": "abc" } };
  await withPin(
    JSON.stringify({ ...PIN, sources: [source] }),
    (folder) =>
      assertRejects(() => readToolPin(folder, "web"), Error, "sources.0.sha256.linux-x86_64: expected 64"),
  );
  await withPin("{", (folder) => assertRejects(() => readToolPin(folder, "web"), Error, "web.json"));
});

Deno.test("readToolPin names the tools that there are when asked for another", async () => {
  await withPin(JSON.stringify(PIN), async (folder) => {
    await assertRejects(() => readToolPin(folder, "wob"), Error, "expected one of web in");
    assertEquals((await readToolPin(folder, "web")).executable, "web");
  });
});

Deno.test("readToolPin gives another digest when the Go module changes", async () => {
  const sources = [{ kind: "go-build", module: "web" }];
  await withPin(JSON.stringify({ ...PIN, sources }), async (folder) => {
    await Deno.mkdir(`${folder}/web`);
    const digests: string[] = [];
    for (const text of ["package main", "package main\n", "package main"]) {
      await Deno.writeTextFile(`${folder}/web/main.go`, text);
      digests.push((await readToolPin(folder, "web")).digest);
    }
    assert(digests[0] !== digests[1]);
    assertEquals(digests[0], digests[2]);
    await Deno.writeTextFile(`${folder}/web/other.go`, "package main");
    assert((await readToolPin(folder, "web")).digest !== digests[0], "any Go file of the module counts");
  });
});
