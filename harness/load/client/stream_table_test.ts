import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RecordedStream } from "./testing/recorded_stream.ts";
import { StreamTable } from "./stream_table.ts";

Deno.test("property: StreamTable finds what a map would, however long streams live", () => {
  // Each step opens a stream and ends the one that is so many places from the oldest; some so live for ever.
  const steps = fc.array(fc.nat(40), { minLength: 1, maxLength: 3000 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 400 }), (places, bound) => {
      const table = new StreamTable();
      const expected = new Map<number, RecordedStream>();
      let id = 1;
      for (const place of places) {
        const stream = new RecordedStream();
        stream.id = id;
        table.add(stream);
        expected.set(id, stream);
        id += 2;
        if (expected.size <= bound) continue;
        const gone = [...expected.keys()][place] ?? id - 2;
        table.delete(gone);
        table.delete(gone);
        expected.delete(gone);
      }
      assertEquals(table.size, expected.size);
      assertEquals(table.all().map((stream) => stream.id), [...expected.keys()]);
      for (let each = 1; each < id; each += 2) {
        if (table.get(each) !== expected.get(each)) throw new Error(`expected another stream at ${each}`);
      }
    }),
    { numRuns: 25 },
  );
});
