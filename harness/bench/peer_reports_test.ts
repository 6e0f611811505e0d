import { assertEquals, assertThrows } from "@std/assert";
import { readAutocannon, readGhz, readH2load, readLoad } from "./peer_reports.ts";

/** What the real tools printed: ghz 0.93.0, h2load 1.52.0, autocannon 9.0.0. */
function recorded(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./testing/${name}.txt`, import.meta.url));
}

Deno.test("readGhz reads the summary of ghz, of calls that were answered and of such that were not", async () => {
  assertEquals(readGhz(await recorded("ghz")), {
    calls: 5000,
    failed: 0,
    callsPerSecond: 13996.36,
    p99Ms: 15.43,
  });
  assertEquals(readGhz(await recorded("ghz_failing")), {
    calls: 0,
    failed: 50,
    callsPerSecond: 7459.75,
    p99Ms: undefined,
  });
});

Deno.test("readGhz reads any unit of time that Go writes", async () => {
  const text = await recorded("ghz");
  const p99 = (value: string) => readGhz(text.replace("15.43 ms", value)).p99Ms;
  assertEquals([p99("1.35 s"), p99("250.00 us"), p99("500 ns")], [1_350, 0.25, 0.0005]);
});

Deno.test("readH2load reads the summary of h2load, of calls that were answered and of such that were not", async () => {
  const good = readH2load(await recorded("h2load"));
  assertEquals([good.calls, good.failed, good.p99Ms], [2000, 0, undefined]);
  assertEquals(readH2load(await recorded("h2load_failing")), {
    calls: 0,
    failed: 20,
    callsPerSecond: 13726.84,
    p99Ms: undefined,
  });
});

Deno.test("readAutocannon reads the JSON of autocannon", async () => {
  assertEquals(readAutocannon(await recorded("autocannon")), {
    calls: 1000,
    failed: 0,
    callsPerSecond: 1000 / 1.01,
    p99Ms: 4,
  });
});

Deno.test("a report that is none is refused with who was to write it and what was found", () => {
  assertThrows(() => readGhz("command not found"), Error, "ghz's summary");
  assertThrows(() => readH2load(""), Error, "h2load's summary");
  assertThrows(() => readAutocannon("{"), Error, 'autocannon: expected JSON, found "{"');
  assertThrows(() => readLoad('{"schema":1}'), Error, "meshproof load: schema");
});
