import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { HIGHEST_US, LatencyHistogram } from "../histogram.ts";
import { compressedBase64, encodeHistogram } from "./hdr_encoding.ts";

Deno.test("encodeHistogram is read by HdrHistogram as the same values, whatever they are", async () => {
  const us = fc.oneof(fc.nat(20), fc.nat(5000), fc.nat(HIGHEST_US));
  await fc.assert(
    fc.asyncProperty(fc.array(us, { minLength: 1, maxLength: 30 }), async (values) => {
      const histogram = new LatencyHistogram();
      for (const value of values) histogram.add(value);
      // 64 bits for each count: the library has its own smaller kinds, which only save memory.
      const read = decodeFromCompressedBase64(await compressedBase64(encodeHistogram(histogram)), 64);
      assertEquals(read.totalCount, values.length);
      for (let rank = 1; rank <= values.length; rank++) {
        const value = read.getValueAtPercentile(100 * (rank - 0.5) / values.length);
        // The encoding has the maximum to its slot only.
        assertEquals(Math.min(value, histogram.maxUs), histogram.valueAtRank(rank), `rank ${rank}`);
      }
    }),
    { seed: 6, numRuns: 60 },
  );
});

Deno.test("encodeHistogram keeps counts of every length that LEB128 gives them", async () => {
  for (const count of [1, 63, 64, 8191, 8192, 2 ** 20, 2 ** 31, 2 ** 32 - 1]) {
    const histogram = new LatencyHistogram();
    histogram.add(7);
    histogram.counts[7] = count;
    const read = decodeFromCompressedBase64(await compressedBase64(encodeHistogram(histogram)), 64);
    assertEquals(read.totalCount, count);
  }
});
