import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { HistoryFile, readHistory, RunClock } from "./history_file.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-history-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const note = (text: string) => ({ kind: "note", text }) as const;

Deno.test("HistoryFile has every event on disk while it runs, before it is closed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/deep/down/cell.ndjson`;
    using history = new HistoryFile(path, new RunClock());
    history.record("engine", note("first"), 1.23456);
    history.record("engine", note("second"));
    await Promise.resolve();
    const events = await readHistory(path);
    assertEquals(events, history.events);
    assertEquals(events[0], { seq: 0, t: 1.235, source: "engine", ...note("first") });
    history.record("client", note("third"));
    await Promise.resolve();
    assertEquals((await readHistory(path)).map((event) => event.seq), [0, 1, 2]);
  }));

Deno.test("HistoryFile writes on close what is still pending, and takes nothing afterwards", () =>
  inFolder(async (folder) => {
    const history = new HistoryFile(`${folder}/cell.ndjson`, new RunClock());
    history.record("engine", note("pending"));
    history.close();
    history.record("engine", note("too late"));
    history.close();
    await Promise.resolve();
    assertEquals(history.events.length, 1);
    assertEquals(await readHistory(history.path), history.events);
  }));

Deno.test("HistoryFile begins anew where a history stood", () =>
  inFolder(async (folder) => {
    const path = `${folder}/cell.ndjson`;
    await Deno.writeTextFile(path, "left over from another run\n".repeat(100));
    using history = new HistoryFile(path, new RunClock());
    history.record("engine", note("new"));
    history.close();
    assertEquals((await readHistory(path)).length, 1);
  }));

Deno.test("HistoryFile keeps line ends and every other character of an event within its line", () =>
  inFolder(async (folder) => {
    using history = new HistoryFile(`${folder}/cell.ndjson`, new RunClock());
    history.record("engine", note('two\nlines, "quotes", ü, \u2028, \u0000'));
    history.close();
    assertEquals(await readHistory(history.path), history.events);
  }));

Deno.test("HistoryFile names the path when it cannot be made", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const error = assertThrows(() => new HistoryFile(`${folder}/file/cell.ndjson`, new RunClock()), Error);
    assertMatch(error.message, /Cannot write the history .*\/file\/cell\.ndjson: .*choose another --out/);
  }));

Deno.test({
  name:
    "HistoryFile tells on close that the disk is full, with path and remedy, and keeps all events for the judge",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const program = decodeURIComponent(new URL("./testing/fill_history_main.ts", import.meta.url).pathname);
      const path = `${folder}/cell.ndjson`;
      // The kernel's limit on a file's size stands in for a full disk: it needs no root, and the write fails alike.
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: [
          "-c",
          'trap "" XFSZ; ulimit -f 2048; exec "$@"',
          "sh",
          Deno.execPath(),
          "run",
          "--no-check",
          "--quiet",
          "--allow-write",
          program,
          path,
        ],
      }).output();
      const words = new TextDecoder().decode(stdout);
      assertMatch(
        words,
        /^4000 events: Error: Cannot write the history .*cell\.ndjson: File too large.*; free space or choose another --out$/,
        words + new TextDecoder().decode(stderr),
      );
      assert((await Deno.stat(path)).size <= 2048 * 1024);
    }),
});

Deno.test("readHistory leaves out a last line that was torn off", () =>
  inFolder(async (folder) => {
    const path = `${folder}/cell.ndjson`;
    const whole = '{"seq":0,"t":1,"source":"engine","kind":"note","text":"whole"}\n';
    await Deno.writeTextFile(path, whole + '{"seq":1,"t":2,"sou');
    assertEquals((await readHistory(path)).map((event) => event.seq), [0]);
    // Torn exactly before the line end: it may be whole, but nothing says so.
    await Deno.writeTextFile(path, whole + whole.trimEnd());
    assertEquals((await readHistory(path)).length, 1);
    await Deno.writeTextFile(path, "");
    assertEquals(await readHistory(path), []);
  }));

for (
  const [what, line] of [["no JSON", "seq 1"], ["no event", '{"seq":1}'], ["null", "null"], [
    "empty",
    "",
  ]] as const
) {
  Deno.test(`readHistory names file and line of a line that is ${what}`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/cell.ndjson`;
      await Deno.writeTextFile(path, `{"seq":0,"t":1,"source":"a","kind":"note","text":""}\n${line}\n`);
      const error = await assertRejects(
        () => readHistory(path),
        SyntaxError,
        'expected an event as JSON with "t" and "kind"',
      );
      assert(error.message.startsWith(`${path}:2: `), error.message);
    }));
}

Deno.test("RunClock turns another process's wall clock into time of the run", () => {
  const clock = new RunClock();
  assertEquals(clock.fromEpoch(clock.beganEpochMs + 12.5), 12.5);
  const before = clock.now();
  const seen = clock.fromEpoch(performance.timeOrigin + performance.now());
  assert(before <= seen && seen <= clock.now());
});
