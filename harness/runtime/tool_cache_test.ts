import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fakeTool, PIN } from "./testing/fake_tool.ts";
import { defaultCacheFolder, ToolCache } from "./tool_cache.ts";

const SCRIPT = "echo version 1.2.3";
const never = () => {
  throw new Error("nobody else installs");
};
const fill = async (executable: string) => {
  await fakeTool(executable, SCRIPT);
  return { version: "1.2.3", source: "test" };
};

async function withCache(body: (cache: ToolCache) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  await body(new ToolCache(folder));
  await Deno.remove(folder, { recursive: true });
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("defaultCacheFolder takes the most specific variable that is set", () => {
  const from = (variables: Record<string, string>) => defaultCacheFolder((name) => variables[name]);
  assertEquals(from({ MESHPROOF_CACHE: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" }), "/a");
  assertEquals(from({ XDG_CACHE_HOME: "/b", HOME: "/c" }), "/b/meshproof");
  assertEquals(from({ MESHPROOF_CACHE: "", HOME: "/c" }), "/c/.cache/meshproof");
  assertThrows(() => from({}), Error, "set one");
});

Deno.test("ToolCache finds what it installed, and leaves no draft", async () => {
  await withCache(async (cache) => {
    assertEquals(await cache.find(PIN), undefined);
    const installed = await cache.install(PIN, fill, never);
    assertEquals(await cache.find(PIN), installed);
    assertEquals(await cache.find(PIN, true), installed);
    assertEquals(names(`${cache.folder}/tools`).filter((name) => name.includes("draft")), []);
  });
});

Deno.test("ToolCache keeps nothing of an installation that failed", async () => {
  await withCache(async (cache) => {
    const half = async (executable: string) => {
      await Deno.writeTextFile(executable, "half");
      throw new Error("the line broke");
    };
    await assertRejects(() => cache.install(PIN, half, never), Error, "the line broke");
    assertEquals(await cache.find(PIN), undefined);
    assertEquals(names(`${cache.folder}/tools`).filter((name) => !name.endsWith(".lock")), []);
  });
});

Deno.test("ToolCache notices a damaged binary, and installs over it", async () => {
  await withCache(async (cache) => {
    const { path } = await cache.install(PIN, fill, never);
    await Deno.writeTextFile(path, "damaged");
    await assertRejects(() => cache.find(PIN), Error, "is damaged: expected sha256");
    await cache.install(PIN, fill, never);
    assertEquals((await cache.find(PIN, true))?.path, path);
  });
});

Deno.test("ToolCache notices in a full look what kept its size and time", async () => {
  await withCache(async (cache) => {
    const { path } = await cache.install(PIN, fill, never);
    const { mtime, size } = await Deno.stat(path);
    await Deno.writeTextFile(path, "x".repeat(size));
    await Deno.utime(path, mtime!, mtime!);
    assert(await cache.find(PIN) !== undefined);
    await assertRejects(() => cache.find(PIN, true), Error, "is damaged");
  });
});

Deno.test("ToolCache accepts a binary that was only touched", async () => {
  await withCache(async (cache) => {
    const { path } = await cache.install(PIN, fill, never);
    await Deno.utime(path, new Date(0), new Date(0));
    assertEquals((await cache.find(PIN))?.path, path);
  });
});

Deno.test("ToolCache lets two that install the same tool take turns, and fills it once", async () => {
  await withCache(async (cache) => {
    const waited = Promise.withResolvers<void>();
    let fills = 0;
    const slow = async (executable: string) => {
      fills += 1;
      await waited.promise;
      return await fill(executable);
    };
    const other = new ToolCache(cache.folder);
    const results = await Promise.all([
      cache.install(PIN, slow, waited.resolve),
      other.install(PIN, slow, waited.resolve),
    ]);
    assertEquals(fills, 1);
    assertEquals(results[0], results[1]);
  });
});

Deno.test("ToolCache removes the draft of an installation that was killed", async () => {
  await withCache(async (cache) => {
    const { path } = await cache.install(PIN, fill, never);
    const entry = path.slice(0, path.lastIndexOf("/"));
    await Deno.rename(entry, `${entry}.draft`);
    await cache.install(PIN, fill, never);
    assertEquals(names(`${cache.folder}/tools`).length, 2);
  });
});

Deno.test("ToolCache serves from a folder that it cannot write, and says so when it must write", async () => {
  await withCache(async (cache) => {
    const { path } = await cache.install(PIN, fill, never);
    const before = names(`${cache.folder}/tools`);
    for (const folder of [cache.folder, `${cache.folder}/tools`]) await Deno.chmod(folder, 0o555);
    assertEquals((await cache.find(PIN, true))?.path, path);
    assertEquals(names(`${cache.folder}/tools`), before);
    for (const folder of [cache.folder, `${cache.folder}/tools`]) await Deno.chmod(folder, 0o755);
    // A folder below a file can be written by nobody, not even by root, for whom modes mean nothing.
    const unwritable = new ToolCache(`${path}/cache`);
    assertEquals(await unwritable.find(PIN), undefined);
    await assertRejects(() => unwritable.install(PIN, fill, never), Error, "set MESHPROOF_CACHE");
  });
});
