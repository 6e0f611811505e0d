import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { tableFromIPC } from "@uwdata/flechette";
import { OUTCOME_NAMES } from "../attempt.ts";
import { frameOf, newBatchViews } from "./column_layout.ts";
import { type Columns, openColumns } from "./columns.ts";

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/attempts.arrow`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function fill(columns: Columns, begin: number, end: number, startT: number): void {
  for (let index = begin; index < end; index++) {
    const t = startT + index;
    const wasSent = index % 3 !== 0;
    columns.add(
      index,
      t,
      wasSent ? t + 0.25 : NaN,
      NaN,
      t + 2,
      (index % 7) as 0,
      index % 2 ? -1 : 503,
      index * 10,
    );
  }
}

function checkRows(bytes: Uint8Array, rows: number): void {
  const table = tableFromIPC(bytes);
  assertEquals(table.numRows, rows);
  assertEquals(table.names, [
    "index",
    "planned_ms",
    "sent_ms",
    "first_byte_ms",
    "end_ms",
    "outcome",
    "code",
    "bytes",
  ]);
  for (let index = 0; index < rows; index++) {
    assertEquals({ ...table.get(index) }, {
      index,
      planned_ms: index,
      sent_ms: index % 3 !== 0 ? index + 0.25 : NaN,
      first_byte_ms: NaN,
      end_ms: index + 2,
      outcome: OUTCOME_NAMES[index % 7],
      code: index % 2 ? -1 : 503,
      bytes: index * 10,
    });
  }
}

for (const rows of [0, 1, 7, 8, 9, 16, 53]) {
  Deno.test(`openColumns writes ${rows} attempts in batches of 8 that read back as they were`, () =>
    inFolder(async (path) => {
      const columns = openColumns(path, { startT: 5000, batchRows: 8 });
      for (let begin = 0; begin < rows; begin += 5) {
        fill(columns, begin, Math.min(begin + 5, rows), 5000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assertEquals(columns.rows, rows);
      await columns.close();
      checkRows(await Deno.readFile(path), rows);
    }));
}

Deno.test("openColumns waits for the disk when both batches are full, and drops nothing", () =>
  inFolder(async (path) => {
    const columns = openColumns(path, { startT: 0, batchRows: 8 });
    // In one turn of the event loop: the batch that is on its way cannot arrive.
    fill(columns, 0, 8 * 5 + 3, 0);
    assertEquals(columns.blockedBatches, 4);
    await columns.close();
    checkRows(await Deno.readFile(path), 8 * 5 + 3);
  }));

Deno.test("openColumns leaves a stream that can be read when the process dies before the end", () =>
  inFolder(async (path) => {
    const columns = openColumns(path, { startT: 0, batchRows: 8 });
    fill(columns, 0, 30, 0);
    await columns.close();
    const { prelude, head } = frameOf(8);
    const written = prelude.length + 3 * (head.length + newBatchViews(8, 0).body.length);
    checkRows((await Deno.readFile(path)).slice(8, written), 24);
  }));

Deno.test("openColumns closes once, also when it is disposed of after that", () =>
  inFolder(async (path) => {
    await using columns = openColumns(path, { startT: 0, batchRows: 8 });
    fill(columns, 0, 3, 0);
    await columns.close();
    await columns.close();
    checkRows(await Deno.readFile(path), 3);
  }));

Deno.test("close throws when anything of the file could not be written", () =>
  inFolder(async (path) => {
    assertEquals((await new Deno.Command("mkfifo", { args: [path] }).output()).success, true);
    // Nobody can seek in a pipe: every write fails, at the end of which somebody must hear of it.
    const reader = new Deno.Command("cat", { args: [path], stdout: "null" }).spawn();
    const columns = openColumns(path, { startT: 0, batchRows: 8 });
    fill(columns, 0, 20, 0);
    await assertRejects(() => columns.close(), Error, `Cannot write the attempts to ${path}`);
    assertEquals((await reader.status).success, true);
  }));

Deno.test("openColumns refuses batches that Arrow cannot align", () => {
  assertThrows(
    () => openColumns("unused", { startT: 0, batchRows: 12 }),
    RangeError,
    "batchRows must be a multiple of 8 above 0: current value is 12",
  );
});
