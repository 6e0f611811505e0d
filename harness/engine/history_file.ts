import { errorText } from "../model/error_text.ts";
import type { EventBody, HistoryEvent, Recorder } from "../model/event.ts";

/** The clock of a run: all histories of it count from the same moment, which all processes of the machine share. */
export class RunClock {
  readonly beganEpochMs: number = epochMs();

  now(): number {
    return epochMs() - this.beganEpochMs;
  }

  fromEpoch(milliseconds: number): number {
    return milliseconds - this.beganEpochMs;
  }
}

function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/** The history of one cell: kept in memory for the judge, and appended to an NDJSON file as it happens. */
export class HistoryFile implements Recorder, Disposable {
  readonly events: HistoryEvent[] = [];
  readonly path: string;
  readonly #clock: RunClock;
  readonly #file: Deno.FsFile;
  #pending = "";
  #failure: Error | undefined;
  #closed = false;

  /** @throws Error When the file cannot be made, with its path and the reason. */
  constructor(path: string, clock: RunClock) {
    this.path = path;
    this.#clock = clock;
    try {
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  now(): number {
    return this.#clock.now();
  }

  fromEpoch(milliseconds: number): number {
    return this.#clock.fromEpoch(milliseconds);
  }

  record(source: string, body: EventBody, t: number = this.now()): void {
    // What arrives after the judge has begun would be in the file and not in the verdict.
    if (this.#closed) return;
    const event: HistoryEvent = { seq: this.events.length, t: Math.round(t * 1000) / 1000, source, ...body };
    this.events.push(event);
    if (this.#pending === "") queueMicrotask(() => this.#flush());
    this.#pending += JSON.stringify(event) + "\n";
  }

  /** Writes what is pending and ends the history. Throws when any of it could not be written (a full disk). */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#file.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #flush(): void {
    const bytes = new TextEncoder().encode(this.#pending);
    this.#pending = "";
    try {
      for (let written = 0; written < bytes.length;) written += this.#file.writeSync(bytes.subarray(written));
    } catch (error) {
      this.#failure ??= cannotWrite(this.path, error);
    }
  }
}

/** What is said when a file of a history could not be written. */
export function cannotWrite(path: string, error: unknown): Error {
  const reason = errorText(error);
  return new Error(`Cannot write the history ${path}: ${reason}; free space or choose another --out`);
}

/**
 * Reads a stored history.
 *
 * @throws SyntaxError With file and line when a line is no event. A last line without its end (the harness was
 * killed while writing) is left out.
 */
export async function readHistory(path: string): Promise<readonly HistoryEvent[]> {
  const text = await Deno.readTextFile(path);
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line, index) => {
    try {
      const event: unknown = JSON.parse(line);
      if (typeof event === "object" && event !== null && "kind" in event && "t" in event) {
        return event as HistoryEvent;
      }
    } catch {
      // Said below, with the place.
    }
    throw new SyntaxError(
      `${path}:${index + 1}: expected an event as JSON with "t" and "kind", found: ${line.slice(0, 80)}`,
    );
  });
}
