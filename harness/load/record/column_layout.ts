/** What the columns of attempts look like as Arrow IPC (https://arrow.apache.org/docs/format/Columnar.html). */
import {
  type Batch,
  batchType,
  Column,
  columnFromArray,
  type DataType,
  dictionary,
  float64,
  int32,
  int8,
  type Table,
  tableFromColumns,
  tableToIPC,
  uint32,
  utf8,
} from "@uwdata/flechette";
import { OUTCOME_NAMES } from "../attempt.ts";

/** The columns of one batch, as views of one buffer that stands as the batch's body in the file. */
export interface BatchViews {
  /** All of it. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly index: Uint32Array;
  readonly plannedMs: Float64Array;
  readonly sentMs: Float64Array;
  readonly firstByteMs: Float64Array;
  readonly endMs: Float64Array;
  readonly outcome: Int8Array;
  readonly code: Int32Array;
  readonly bytes: Uint32Array;
}

const ROW_BYTES = 4 + 4 * 8 + 1 + 4 + 4;

/**
 * Makes room for a batch.
 *
 * @param rows A multiple of 8, so that every column begins where Arrow wants it.
 * @param headBytes Room before the body, for the batch's head; a multiple of 8.
 */
export function newBatchViews(rows: number, headBytes: number): BatchViews {
  const buffer = new ArrayBuffer(headBytes + rows * ROW_BYTES);
  let at = headBytes;
  const take = (width: number) => {
    const begin = at;
    at += rows * width;
    return begin;
  };
  return {
    index: new Uint32Array(buffer, take(4), rows),
    plannedMs: new Float64Array(buffer, take(8), rows),
    sentMs: new Float64Array(buffer, take(8), rows),
    firstByteMs: new Float64Array(buffer, take(8), rows),
    endMs: new Float64Array(buffer, take(8), rows),
    outcome: new Int8Array(buffer, take(1), rows),
    code: new Int32Array(buffer, take(4), rows),
    bytes: new Uint32Array(buffer, take(4), rows),
    body: new Uint8Array(buffer, headBytes),
  };
}

/** The bytes of the file that are no body of a full batch. They depend on nothing but the number of rows. */
export interface Frame {
  /** Schema and dictionary: what the file begins with. */
  readonly prelude: Uint8Array;
  /** What stands before the body of every full batch. */
  readonly head: Uint8Array;
}

/** Lets the library lay out two full batches, and takes what it puts around their bodies. */
export function frameOf(rows: number): Frame {
  const [before, head] = aroundBodies(newBatchViews(rows, 0), 2);
  if (before === undefined || head === undefined) {
    throw new Error("Cannot find two bodies in an Arrow file of two");
  }
  return { prelude: before.subarray(0, before.length - head.length), head };
}

/**
 * What the file ends with: the last batch, which is not full, and the footer that finds all of them.
 *
 * @param rows Of a full batch.
 * @param fullBatches How many of them were written.
 * @param last The columns of the last one.
 * @param lastRows How many of its rows are taken; fewer than `rows`.
 */
export function tailOf(rows: number, fullBatches: number, last: BatchViews, lastRows: number): Uint8Array {
  // A file needs one batch, even an empty one, to have its schema.
  const hasLast = lastRows > 0 || fullBatches === 0;
  const gaps = aroundBodies(
    newBatchViews(rows, 0),
    fullBatches,
    hasLast ? { views: last, rows: lastRows } : undefined,
  );
  return gaps.at(-1) ?? new Uint8Array();
}

interface Part {
  readonly views: BatchViews;
  readonly rows: number;
}

/** What the library writes before, between and behind the bodies of full batches, the last batch included. */
function aroundBodies(full: BatchViews, fullBatches: number, last?: Part): Uint8Array[] {
  const parts: Part[] = Array(fullBatches).fill({ views: full, rows: full.index.length });
  if (last !== undefined) parts.push(last);
  const gaps: Uint8Array[][] = [[]];
  let wasBody = false;
  let bodyBytes = 0;
  const write = (chunk: Uint8Array) => {
    const isBody = chunk.buffer === full.body.buffer;
    // Bodies of two batches are never neighbours: the head of the second one stands between them.
    if (isBody && !wasBody) gaps.push([]);
    if (isBody) bodyBytes += chunk.length;
    else gaps.at(-1)?.push(chunk);
    wasBody = isBody;
  };
  const sink = { write, pad: (byteCount: number) => write(new Uint8Array(byteCount)), finish: () => null };
  tableToIPC(tableOf(parts), { format: "file", sink });
  if (bodyBytes !== fullBatches * full.body.length) {
    throw new Error(
      `Cannot lay out attempts in columns as a body must have ${full.body.length} bytes: ` +
        `the library wrote ${bodyBytes} for ${fullBatches}`,
    );
  }
  return gaps.map(joined);
}

/** The table of batches; those of full ones share their memory. */
function tableOf(parts: readonly Part[]): Table {
  // The library tells dictionaries apart by the identity of their type.
  const text = utf8();
  const names = columnFromArray([...OUTCOME_NAMES], text);
  const column = (
    type: DataType,
    pick: (views: BatchViews) => BatchViews[Exclude<keyof BatchViews, "body">],
  ) => {
    const batches = parts.map(({ views, rows }) => {
      const values = pick(views).subarray(0, rows);
      const batch = new (batchType(type))({
        length: rows,
        nullCount: 0,
        type,
        validity: new Uint8Array(),
        values,
      });
      if ("setDictionary" in batch) batch.setDictionary(names);
      return batch as Batch<unknown>;
    });
    return new Column(batches, type);
  };
  return tableFromColumns({
    index: column(uint32(), ({ index }) => index),
    planned_ms: column(float64(), ({ plannedMs }) => plannedMs),
    sent_ms: column(float64(), ({ sentMs }) => sentMs),
    first_byte_ms: column(float64(), ({ firstByteMs }) => firstByteMs),
    end_ms: column(float64(), ({ endMs }) => endMs),
    outcome: column(dictionary(text, int8()), ({ outcome }) => outcome),
    code: column(int32(), ({ code }) => code),
    bytes: column(uint32(), ({ bytes }) => bytes),
  });
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
