/**
 * The few messages of etcd's v3 gRPC API that a registry's reader needs; field numbers as in etcd's
 * api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto. Revisions fit a double; lease ids do not, so these are strings.
 */
import protobuf from "protobufjs/minimal.js";

const { Reader, Writer } = protobuf;
type Reader = protobuf.Reader;

/** A key with its value, as etcd stores it. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly modRevision: number;
  /** Decimal id of the lease that the key is bound to; "0" when there is none. */
  readonly lease: string;
}

/** Answer to a range request. */
export interface RangeResponse {
  /** The store's revision when the range was read. */
  readonly revision: number;
  readonly keyValues: readonly KeyValue[];
}

/** Something that a watch tells. */
export interface WatchResponse {
  readonly revision: number;
  readonly created: boolean;
  readonly cancelled: boolean;
  /** Greater than 0 when the watch was refused since its start was compacted away. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly events: readonly { readonly type: "put" | "delete"; readonly keyValue: KeyValue }[];
}

const utf8 = new TextDecoder();
const bytesOf = (text: string) => new TextEncoder().encode(text);

function eachField(reader: Reader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) reader.skipType(tag & 7);
  }
}

const submessageEnd = (reader: Reader) => reader.uint32() + reader.pos;
const int64 = (reader: Reader) => Number(reader.int64().toString());

/** The end of the range that holds all keys beginning with a prefix: its last byte plus one (etcd's own convention). */
export function rangeEndOf(prefix: string): Uint8Array {
  const end = bytesOf(prefix);
  for (let index = end.length - 1; index >= 0; index--) {
    const byte = end[index] ?? 0;
    if (byte < 0xff) {
      end[index] = byte + 1;
      return end.slice(0, index + 1);
    }
  }
  return new Uint8Array([0]);
}

/** A linearizable read of all keys with a prefix; `countOnly` leaves the keys away. */
export function encodeRangeRequest(prefix: string, countOnly: boolean): Uint8Array {
  const writer = Writer.create().uint32(1 << 3 | 2).bytes(bytesOf(prefix)).uint32(2 << 3 | 2).bytes(
    rangeEndOf(prefix),
  );
  if (countOnly) writer.uint32(9 << 3).bool(true);
  return writer.finish();
}

/** Reads a range response. */
export function decodeRangeResponse(bytes: Uint8Array): RangeResponse {
  const reader = Reader.create(bytes);
  const response = { revision: 0, keyValues: [] as KeyValue[] };
  eachField(reader, reader.len, (field) => {
    if (field === 1) response.revision = readHeaderRevision(reader);
    else if (field === 2) response.keyValues.push(readKeyValue(reader));
    else return false;
    return true;
  });
  return response;
}

function readHeaderRevision(reader: Reader): number {
  let revision = 0;
  eachField(reader, submessageEnd(reader), (field) => {
    if (field !== 3) return false;
    revision = int64(reader);
    return true;
  });
  return revision;
}

function readKeyValue(reader: Reader): KeyValue {
  const keyValue = { key: "", value: "", modRevision: 0, lease: "0" };
  eachField(reader, submessageEnd(reader), (field) => {
    if (field === 1) keyValue.key = utf8.decode(reader.bytes());
    else if (field === 3) keyValue.modRevision = int64(reader);
    else if (field === 5) keyValue.value = utf8.decode(reader.bytes());
    else if (field === 6) keyValue.lease = reader.int64().toString();
    else return false;
    return true;
  });
  return keyValue;
}

/** Begins a watch of all keys with a prefix, from a revision on (inclusive). */
export function encodeWatchCreate(prefix: string, startRevision: number): Uint8Array {
  return Writer.create().uint32(1 << 3 | 2).fork()
    .uint32(1 << 3 | 2).bytes(bytesOf(prefix))
    .uint32(2 << 3 | 2).bytes(rangeEndOf(prefix))
    .uint32(3 << 3).int64(startRevision)
    .ldelim().finish();
}

/** Asks the watch up to which revision it has told everything; the answer has no events. */
export function encodeWatchProgress(): Uint8Array {
  return Writer.create().uint32(3 << 3 | 2).fork().ldelim().finish();
}

/** Reads what a watch tells. */
export function decodeWatchResponse(bytes: Uint8Array): WatchResponse {
  const reader = Reader.create(bytes);
  const response = {
    revision: 0,
    created: false,
    cancelled: false,
    compactRevision: 0,
    cancelReason: "",
    events: [] as { type: "put" | "delete"; keyValue: KeyValue }[],
  };
  eachField(reader, reader.len, (field) => {
    if (field === 1) response.revision = readHeaderRevision(reader);
    else if (field === 3) response.created = reader.bool();
    else if (field === 4) response.cancelled = reader.bool();
    else if (field === 5) response.compactRevision = int64(reader);
    else if (field === 6) response.cancelReason = reader.string();
    else if (field === 11) response.events.push(readEvent(reader));
    else return false;
    return true;
  });
  return response;
}

function readEvent(reader: Reader): { type: "put" | "delete"; keyValue: KeyValue } {
  let type: "put" | "delete" = "put";
  let keyValue: KeyValue = { key: "", value: "", modRevision: 0, lease: "0" };
  eachField(reader, submessageEnd(reader), (field) => {
    if (field === 1) type = reader.int32() === 1 ? "delete" : "put";
    else if (field === 2) keyValue = readKeyValue(reader);
    else return false;
    return true;
  });
  return { type, keyValue };
}

/** Asks for a lease's times. */
export function encodeLeaseTimeToLive(lease: string): Uint8Array {
  // Typed as number, yet protobufjs takes decimal text as well, which keeps all 64 bits.
  return Writer.create().uint32(1 << 3).int64(lease as unknown as number).finish();
}

/** Reads the time-to-live that was granted to a lease, in seconds; 0 when the lease is gone. */
export function decodeGrantedSeconds(bytes: Uint8Array): number {
  const reader = Reader.create(bytes);
  let seconds = 0;
  eachField(reader, reader.len, (field) => {
    if (field !== 4) return false;
    seconds = int64(reader);
    return true;
  });
  return seconds;
}
