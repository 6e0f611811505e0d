import { errorText } from "../../../model/error_text.ts";
import { HISTOGRAM_NAMES, type Interval } from "../recording.ts";
import { compressedBase64, encodeHistogram } from "./hdr_encoding.ts";

/** How to write a log. */
export interface HlogOptions {
  /** What the lines' times count from, as `performance.now()`. */
  readonly startT: number;
  /** The same moment by the calendar. */
  readonly startedAt: Date;
}

/** Writes intervals as they end. */
export interface Hlog extends AsyncDisposable {
  /** Takes an interval; its histograms may be used again at once. */
  add(interval: Interval): void;
  /**
   * Writes what is left.
   *
   * @throws {Error} When anything could not be written.
   */
  close(): Promise<void>;
}

/**
 * Opens a `.hlog`: HdrHistogram's log, format 1.3, with one line for each interval and histogram, tagged `response`,
 * `service`, `lag`, `firstByte` or `error`. Values are microseconds (`-outputValueUnitRatio 1000` makes milliseconds
 * of them in HistogramLogProcessor), the third column is the largest one in milliseconds.
 *
 * @param path The file, which is replaced.
 * @throws {Deno.errors} When the file cannot be opened.
 */
export async function openHlog(path: string, { startT, startedAt }: HlogOptions): Promise<Hlog> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  let failure: unknown;
  let closed: Promise<void> | undefined;
  const write = async (text: string) => {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  };
  let written = write(headOf(startedAt));
  const enqueue = (text: () => Promise<string>) => {
    written = written.then(async () => await write(await text())).catch((error) => {
      failure ??= error;
    });
  };
  const finish = async () => {
    await written.catch((error) => failure ??= error);
    file.close();
    if (failure !== undefined) {
      throw new Error(`Cannot write the histogram log ${path}: ${errorText(failure)}`, { cause: failure });
    }
  };
  const close = () => closed ??= finish();
  return {
    add(interval) {
      const seconds = (ms: number) => (ms / 1000).toFixed(3);
      const lines = HISTOGRAM_NAMES.map((name) => ({
        head:
          `Tag=${name},${seconds(interval.startT - startT)},${seconds(interval.endT - interval.startT)},` +
          seconds(interval.histograms[name].maxUs),
        encoded: encodeHistogram(interval.histograms[name]),
      }));
      enqueue(async () => {
        const texts = lines.map(async ({ head, encoded }) => `${head},${await compressedBase64(encoded)}\n`);
        return (await Promise.all(texts)).join("");
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function headOf(startedAt: Date): string {
  const seconds = (startedAt.getTime() / 1000).toFixed(3);
  return [
    "#[Logged with Meshproof: values in microseconds, Interval_Max in milliseconds]",
    "#[Histogram log format version 1.3]",
    `#[BaseTime: ${seconds} (seconds since epoch)]`,
    `#[StartTime: ${seconds} (seconds since epoch), ${startedAt.toISOString()}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    "",
  ].join("\n");
}
