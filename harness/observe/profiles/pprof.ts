import { gzipSync } from "node:zlib";
import * as format from "pprof-format";
import type { Frame, StackProfile, ValueKind } from "./stack_profile.ts";

const NANOSECONDS_IN_MILLISECOND = 1_000_000n;

/**
 * A profile as a file that `go tool pprof` reads, and whatever else speaks its format: gzip of the protocol buffer in
 * https://github.com/google/pprof/blob/main/proto/profile.proto. The same profile gives the same bytes.
 *
 * @returns What belongs into a file `*.pb.gz`.
 * @throws {RangeError} When a value is no whole number, or a sample has not one value for each kind: pprof would read
 * the wrong columns.
 */
export function encodePprof(profile: StackProfile): Uint8Array<ArrayBuffer> {
  const strings = new format.StringTable();
  const places = new Places(strings);
  const kindOf = ({ type, unit }: ValueKind) =>
    new format.ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) });
  const sample = profile.samples.map(({ stack, values, labels }) => {
    checkValues(profile.kinds, values, stack);
    return new format.Sample({
      // pprof wants the innermost first.
      locationId: stack.map((frame) => places.locationOf(frame)).reverse(),
      value: [...values],
      label: Object.entries(labels).filter(([, text]) => text !== "").map(([name, text]) =>
        new format.Label({ key: strings.dedup(name), str: strings.dedup(text) })
      ),
    });
  });
  const { period } = profile;
  const encoded = new format.Profile({
    sampleType: profile.kinds.map(kindOf),
    sample,
    location: places.locations,
    function: places.functions,
    timeNanos: nanoseconds(profile.startEpochMs ?? 0),
    durationNanos: nanoseconds(profile.durationMs ?? 0),
    defaultSampleType: strings.dedup(profile.defaultKind ?? profile.kinds[0]?.type ?? ""),
    comment: (profile.comments ?? []).map((text) => strings.dedup(text)),
    ...(period === undefined ? {} : { periodType: kindOf(period), period: period.value }),
    stringTable: strings,
  }).encode();
  return new Uint8Array(gzipSync(encoded));
}

/** Functions and locations, each once. */
class Places {
  readonly functions: format.Function[] = [];
  readonly locations: format.Location[] = [];
  readonly #strings: format.StringTable;
  readonly #functionIds = new Map<string, number>();
  readonly #locationIds = new Map<string, number>();

  constructor(strings: format.StringTable) {
    this.#strings = strings;
  }

  locationOf(frame: Frame): number {
    const functionId = this.#functionOf(frame);
    const key = `${functionId} ${frame.line ?? 0}`;
    const known = this.#locationIds.get(key);
    if (known !== undefined) return known;
    const id = this.locations.length + 1;
    this.locations.push(
      new format.Location({ id, line: [new format.Line({ functionId, line: frame.line ?? 0 })] }),
    );
    this.#locationIds.set(key, id);
    return id;
  }

  #functionOf({ name, file = "", startLine = 0 }: Frame): number {
    const key = JSON.stringify([name, file, startLine]);
    const known = this.#functionIds.get(key);
    if (known !== undefined) return known;
    const id = this.functions.length + 1;
    const nameId = this.#strings.dedup(name);
    this.functions.push(
      new format.Function({
        id,
        name: nameId,
        systemName: nameId,
        filename: this.#strings.dedup(file),
        startLine,
      }),
    );
    this.#functionIds.set(key, id);
    return id;
  }
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * NANOSECONDS_IN_MILLISECOND;
}

function checkValues(kinds: readonly ValueKind[], values: readonly number[], stack: readonly Frame[]): void {
  if (values.length === kinds.length && values.every((value) => Number.isSafeInteger(value))) return;
  throw new RangeError(
    `Cannot encode a profile as every sample must have ${kinds.length} whole numbers (${
      kinds.map(({ type }) => type).join(", ")
    }): found ${values.join(", ") || "none"} at ${stack.map(({ name }) => name).join(" > ")}`,
  );
}
