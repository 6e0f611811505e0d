import { assert, assertEquals, assertThrows } from "@std/assert";
import { isAlive, lookUp, parsePs, parseStat, pidsWithEnvironment, thisMachine } from "./kernel.ts";

const LINUX = Deno.build.os === "linux";

Deno.test("parseStat finds its fields behind a name with blanks and brackets", () => {
  const rest = "S 1 77 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 118452 21 22";
  assertEquals(parseStat(`42 (a) b (c) ${rest}`), { pid: 42, state: "S", group: 77, start: "ticks 118452" });
});

Deno.test("parseStat says what it found when it is no stat", () => {
  assertThrows(() => parseStat("42 sleep S 1"), Error, '"42 sleep S 1"');
});

Deno.test("parsePs reads state, group and the whole date", () => {
  const start = "Mon Nov 23 16:18:44 2026";
  assertEquals(parsePs(7, `  Ss+  7 ${start}\n`), { pid: 7, state: "S", group: 7, start });
  assertThrows(() => parsePs(7, "S 7"), Error, "lstart");
});

Deno.test("lookUp shows this process, and nothing for a pid that is free", async () => {
  const self = await lookUp(Deno.pid);
  assertEquals(self?.pid, Deno.pid);
  // Beyond the kernel's largest pid.
  assertEquals(await lookUp(4_194_305), undefined);
});

Deno.test("isAlive tells a process from a later one with its pid", async () => {
  const self = await lookUp(Deno.pid);
  assert(self !== undefined);
  assert(await isAlive(self));
  assert(!await isAlive({ pid: self.pid, start: "ticks 1" }));
});

Deno.test("thisMachine names the boot", async () => {
  assert((await thisMachine()).boot.length > 8);
});

Deno.test({ name: "pidsWithEnvironment finds exactly the tagged process", ignore: !LINUX }, async () => {
  const tag = `MESHPROOF_OWNER=kernel-test-${crypto.randomUUID()}`;
  const [name, value] = tag.split("=") as [string, string];
  const start = (env: Record<string, string>) =>
    new Deno.Command("sleep", { args: ["300"], env, stdin: "null" }).spawn();
  const children = [start({ [name]: value }), start({ [name]: `${value}0` }), start({ OTHER: tag })];
  try {
    assertEquals(await pidsWithEnvironment(tag), [children[0]?.pid]);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => child.status));
  }
});
