/**
 * Due times as a file: a line for each attempt, either a number or an object with `dueMs` (NDJSON), in milliseconds
 * after the start, ascending. Empty lines and those that begin with `#` are passed over. What {@linkcode writeTrace}
 * writes {@linkcode readTrace} gives back to the last bit.
 */
import { CHUNK_LENGTH } from "./arrival_plan.ts";

const READ_BYTES = 65_536;

/**
 * Writes due times, a chunk at a time.
 *
 * @param about What the file says of itself in its first line.
 * @returns How many there were.
 */
export function writeTrace(path: string, chunks: Iterable<Float64Array>, about: unknown): number {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  let count = 0;
  const write = (text: string) => {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  };
  write(`# arrivals in milliseconds after the start; plan: ${JSON.stringify(about)}\n`);
  for (const chunk of chunks) {
    count += chunk.length;
    write(`${chunk.join("\n")}\n`);
  }
  return count;
}

/**
 * Reads due times, a chunk at a time.
 *
 * @throws {SyntaxError} When a line is no due time, or earlier than the one before: with file and line.
 * @throws {Deno.errors.NotFound} When there is no such file.
 */
export function* readTrace(path: string): Generator<Float64Array, void, undefined> {
  let chunk = new Float64Array(CHUNK_LENGTH);
  let length = 0;
  let lastMs = 0;
  let line = 0;
  for (const text of linesOf(path)) {
    line++;
    if (text === "" || text.startsWith("#")) continue;
    const dueMs = dueOf(text);
    if (!(dueMs >= lastMs) || dueMs === Infinity) {
      throw new SyntaxError(
        `${path}:${line}: expected milliseconds of at least ${lastMs}, as a number or as {"dueMs": number}; ` +
          `found ${JSON.stringify(text.slice(0, 60))}`,
      );
    }
    lastMs = dueMs;
    chunk[length++] = dueMs;
    if (length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = new Float64Array(CHUNK_LENGTH);
    length = 0;
  }
  if (length > 0) yield chunk.subarray(0, length);
}

function dueOf(text: string): number {
  if (!text.startsWith("{")) return Number(text);
  try {
    const value: unknown = JSON.parse(text);
    const { dueMs } = value as { dueMs?: unknown };
    return typeof dueMs === "number" ? dueMs : NaN;
  } catch {
    return NaN;
  }
}

function* linesOf(path: string): Generator<string, void, undefined> {
  using file = Deno.openSync(path);
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(READ_BYTES);
  let rest = "";
  for (let read = file.readSync(buffer); read !== null; read = file.readSync(buffer)) {
    const lines = (rest + decoder.decode(buffer.subarray(0, read), { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.trim();
  }
  if (rest !== "") yield rest.trim();
}
