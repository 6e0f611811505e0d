import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { HistogramLogReader, listTags } from "hdr-histogram-js";
import { HISTOGRAM_NAMES } from "../recording.ts";
import { openRecorder } from "../recorder.ts";
import { addAll, steadyAttempts } from "../testing/attempts.ts";
import { openHlog } from "./hlog.ts";

const startedAt = new Date("2026-01-02T03:04:05.678Z");

async function withFile(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/load.hlog`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openHlog writes one tagged line an interval that HdrHistogram's reader reads back", () =>
  withFile(async (path) => {
    const hlog = await openHlog(path, { startT: 0, startedAt });
    const recorder = openRecorder({ startT: 0, intervalMs: 500, onInterval: hlog.add });
    addAll(recorder, steadyAttempts(1200, 50));
    const recording = recorder.finish(1250);
    await hlog.close();
    const text = await Deno.readTextFile(path);
    assertEquals(listTags(text).sort(), [...HISTOGRAM_NAMES].sort());
    const reader = new HistogramLogReader(text);
    const seen: [string, number, number, number][] = [];
    let responses = 0;
    for (let each = reader.nextIntervalHistogram(); each !== null; each = reader.nextIntervalHistogram()) {
      seen.push([
        each.tag,
        each.startTimeStampMsec - startedAt.getTime(),
        each.endTimeStampMsec - each.startTimeStampMsec,
        0,
      ]);
      if (each.tag !== "response") continue;
      responses += each.totalCount;
      assertEquals(each.highestTrackableValue, 3_600_000_000);
      assertEquals(each.numberOfSignificantValueDigits, 3);
    }
    assertEquals(seen.length, 3 * HISTOGRAM_NAMES.length);
    const times = seen.filter(([tag]) => tag === "response");
    [[0, 500], [500, 500], [1000, 250]].forEach(([begin = NaN, length = NaN], index) => {
      assertAlmostEquals(times[index]?.[1] ?? NaN, begin, 0.01);
      assertAlmostEquals(times[index]?.[2] ?? NaN, length, 0.01);
    });
    assertEquals(responses, recording.histograms.response.count);
  }));

Deno.test("openHlog keeps every value of an interval, huge counts and empty slots too", () =>
  withFile(async (path) => {
    const hlog = await openHlog(path, { startT: 0, startedAt });
    const recorder = openRecorder({ startT: 0, intervalMs: 1e9, onInterval: hlog.add });
    for (let index = 0; index < 300_000; index++) recorder.add(index, 0, 0, NaN, 0.001, 0, 0, 0);
    for (const endT of [0, 1, 2.048, 77_777, 3_599_000]) recorder.add(0, 0, 0, NaN, endT, 0, 0, 0);
    const { histograms } = recorder.finish(3_600_000);
    await hlog.close();
    const reader = new HistogramLogReader(await Deno.readTextFile(path));
    const read = reader.nextIntervalHistogram();
    assertEquals(read?.tag, "response");
    assertEquals(read?.totalCount, 300_005);
    for (const percent of [0.0001, 50, 99.9985, 99.9991, 99.9995, 100]) {
      const rank = Math.max(1, Math.ceil(percent / 100 * 300_005));
      const ours = histograms.response.valueAtRank(rank);
      const theirs = read?.getValueAtPercentile(percent) ?? NaN;
      assertEquals(Math.abs(ours - theirs) <= ours / 1000, true, `p${percent}: ${ours}, read ${theirs}`);
    }
  }));

Deno.test("openHlog takes its copy at once: histograms that are used again change nothing", () =>
  withFile(async (path) => {
    const hlog = await openHlog(path, { startT: 0, startedAt });
    const recorder = openRecorder({ startT: 0, intervalMs: 10, onInterval: hlog.add });
    addAll(
      recorder,
      Array.from({ length: 100 }, (_, index) => ({ plannedT: index, sentT: index, endT: index + 1 })),
    );
    recorder.finish(101);
    await hlog.close();
    const reader = new HistogramLogReader(await Deno.readTextFile(path));
    const counts: number[] = [];
    for (let each = reader.nextIntervalHistogram(); each !== null; each = reader.nextIntervalHistogram()) {
      if (each.tag === "response") counts.push(each.totalCount);
    }
    assertEquals(counts, [9, ...Array(9).fill(10), 1]);
  }));

Deno.test("close of a log throws when it could not be written", () =>
  withFile(async (path) => {
    assertEquals((await new Deno.Command("mkfifo", { args: [path] }).output()).success, true);
    // A reader that leaves after the first byte.
    const reader = new Deno.Command("head", { args: ["-c1", path], stdout: "null" }).spawn();
    const hlog = await openHlog(path, { startT: 0, startedAt });
    await reader.status;
    const recorder = openRecorder({ startT: 0, intervalMs: 10, onInterval: hlog.add });
    addAll(recorder, [{ plannedT: 0, sentT: 0, endT: 1 }]);
    recorder.finish(20);
    await assertRejects(() => hlog.close(), Error, `Cannot write the histogram log ${path}`);
  }));
