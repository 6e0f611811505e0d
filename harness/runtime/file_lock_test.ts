import { assertEquals, assertRejects } from "@std/assert";
import { lockFile } from "./file_lock.ts";

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/x.lock`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("lockFile lets the second wait until the first lets go, and tells it so once", async () => {
  await inFolder(async (path) => {
    const order: string[] = [];
    const first = await lockFile(path, () => order.push("first waits"));
    const { promise: waits, resolve } = Promise.withResolvers<void>();
    const second = lockFile(path, () => {
      order.push("second waits");
      resolve();
    }).then((lock) => {
      order.push("second has it");
      return lock;
    });
    await waits;
    order.push("first lets go");
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
    assertEquals(order, ["second waits", "first lets go", "second has it"]);
  });
});

Deno.test("lockFile frees the lock of a process that was killed", async () => {
  await inFolder(async (path) => {
    const program = `import { lockFile } from ${JSON.stringify(import.meta.resolve("./file_lock.ts"))};
      await lockFile(Deno.args[0], () => {});
      console.log("has it");
      await new Promise(() => setInterval(() => {}, 60_000));`;
    await Deno.writeTextFile(`${path}.ts`, program);
    const args = ["run", "--quiet", "--no-check", "--no-config", "--allow-read", "--allow-write"];
    const child = new Deno.Command(Deno.execPath(), { args: [...args, `${path}.ts`, path], stdout: "piped" })
      .spawn();
    const output = child.stdout.getReader();
    await output.read();
    const { promise: waits, resolve } = Promise.withResolvers<void>();
    const ours = lockFile(path, resolve);
    await waits;
    child.kill("SIGKILL");
    (await ours)[Symbol.dispose]();
    await child.status;
    await output.cancel();
  });
});

Deno.test("lockFile ends its waiting when it is told to, and then does not hold the lock", async () => {
  await inFolder(async (path) => {
    const stop = new AbortController();
    const told = new Error("told to end");
    const first = await lockFile(path, () => undefined);
    const later = () => void setTimeout(() => stop.abort(told));
    assertEquals(await assertRejects(() => lockFile(path, later, stop.signal), Error), told);
    const atOnce = new AbortController();
    const error = await assertRejects(() => lockFile(path, () => atOnce.abort(told), atOnce.signal), Error);
    assertEquals(error, told);
    first[Symbol.dispose]();
    using _third = await lockFile(path, () => undefined);
    await assertRejects(() => lockFile(path, () => undefined, stop.signal), Error, "told to end");
  });
});
