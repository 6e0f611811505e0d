/**
 * The harness's own look at etcd, by the JSON gateway that every member serves on its client port
 * (etcd manual, "gRPC gateway"). 64-bit numbers are strings there, bytes are base64.
 */
import { Buffer } from "node:buffer";
import type { Address } from "../model/mesh.ts";
import { errorText } from "../model/error_text.ts";

/** One key as etcd keeps it. */
export interface EtcdKeyValue {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  /** How often it was put since it was created. */
  readonly version: number;
  /** Decimal lease id; empty when the key has no lease. */
  readonly lease: string;
}

/** What a member says of itself. */
export interface EtcdStatus {
  /** Decimal ids. `leader` is `0` while the member knows none. */
  readonly memberId: string;
  readonly leader: string;
  readonly raftTerm: number;
  readonly version: string;
}

/** One member on the member list; `id` is decimal. */
export interface EtcdMemberInfo {
  readonly id: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

/** Bounds of one gateway call. */
export interface EtcdCallOptions {
  /** @default 2000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The calls. Each throws EtcdGatewayError when etcd refuses, does not answer in time or is not there. */
export interface EtcdGateway {
  /** All keys that begin with `prefix`, sorted; a linearizable read. An empty prefix reads everything. */
  range(prefix: string, options?: EtcdCallOptions): Promise<{ revision: number; keys: EtcdKeyValue[] }>;
  /** @returns The store's revision after the put. */
  put(key: string, value: string, options?: EtcdCallOptions & { lease?: string }): Promise<number>;
  /** @returns How many keys were deleted (0 or 1). */
  deleteKey(key: string, options?: EtcdCallOptions): Promise<number>;
  /** @returns How many keys began with the prefix and were deleted. */
  deletePrefix(prefix: string, options?: EtcdCallOptions): Promise<number>;
  /** @returns The decimal id of a new lease. */
  leaseGrant(timeToLiveSeconds: number, options?: EtcdCallOptions): Promise<string>;
  leaseRevoke(lease: string, options?: EtcdCallOptions): Promise<void>;
  /** @returns Seconds that were granted and that remain (-1 when the lease is gone), and the keys bound to it. */
  leaseTimeToLive(
    lease: string,
    options?: EtcdCallOptions,
  ): Promise<{ grantedSeconds: number; remainingSeconds: number; keys: string[] }>;
  status(options?: EtcdCallOptions): Promise<EtcdStatus>;
  memberList(options?: EtcdCallOptions): Promise<EtcdMemberInfo[]>;
  /** Asked of the leader: hands the lead to the member of that decimal id. */
  moveLeader(memberId: string, options?: EtcdCallOptions): Promise<void>;
}

/** A gateway call failed. */
export class EtcdGatewayError extends Error {
  override readonly name = "EtcdGatewayError";
  /** gRPC status code that etcd gave; 0 when it gave none. */
  readonly code: number;

  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

type Json = Record<string, unknown>;

/**
 * @param endpoint `host:port` of a member's client port.
 */
export function etcdGateway(endpoint: Address): EtcdGateway {
  const call = (path: string, body: Json, options: EtcdCallOptions = {}) =>
    post(endpoint, path, body, options);
  const deleteRange = async (body: Json, options?: EtcdCallOptions) =>
    Number((await call("/v3/kv/deleterange", body, options))["deleted"] ?? 0);
  return {
    async range(prefix, options) {
      const answer = await call("/v3/kv/range", prefixRange(prefix), options);
      const keys = (answer["kvs"] ?? []) as Json[];
      return { revision: revisionOf(answer), keys: keys.map(readKeyValue) };
    },
    async put(key, value, options) {
      const lease = options?.lease === undefined ? {} : { lease: options.lease };
      return revisionOf(
        await call("/v3/kv/put", { key: encode(key), value: encode(value), ...lease }, options),
      );
    },
    deleteKey: (key, options) => deleteRange({ key: encode(key) }, options),
    deletePrefix: (prefix, options) => deleteRange(prefixRange(prefix), options),
    async leaseGrant(timeToLiveSeconds, options) {
      return String((await call("/v3/lease/grant", { TTL: String(timeToLiveSeconds) }, options))["ID"]);
    },
    async moveLeader(memberId, options) {
      await call("/v3/maintenance/transfer-leadership", { targetID: memberId }, options);
    },
    async leaseRevoke(lease, options) {
      await call("/v3/lease/revoke", { ID: lease }, options);
    },
    async leaseTimeToLive(lease, options) {
      const answer = await call("/v3/lease/timetolive", { ID: lease, keys: true }, options);
      return {
        grantedSeconds: Number(answer["grantedTTL"] ?? 0),
        remainingSeconds: Number(answer["TTL"] ?? 0),
        keys: ((answer["keys"] ?? []) as string[]).map(decode),
      };
    },
    async status(options) {
      const answer = await call("/v3/maintenance/status", {}, options);
      return {
        memberId: String((answer["header"] as Json)["member_id"]),
        leader: String(answer["leader"] ?? "0"),
        raftTerm: Number(answer["raftTerm"] ?? 0),
        version: String(answer["version"]),
      };
    },
    async memberList(options) {
      const members = ((await call("/v3/cluster/member/list", {}, options))["members"] ?? []) as Json[];
      return members.map((member) => ({
        id: String(member["ID"]),
        name: String(member["name"] ?? ""),
        peerUrls: (member["peerURLs"] ?? []) as string[],
        clientUrls: (member["clientURLs"] ?? []) as string[],
      }));
    },
  };
}

async function post(endpoint: Address, path: string, body: Json, options: EtcdCallOptions): Promise<Json> {
  const timeoutMs = options.timeoutMs ?? 2_000;
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  const signal = options.signal === undefined
    ? giveUp.signal
    : AbortSignal.any([giveUp.signal, options.signal]);
  try {
    const response = await fetch(`http://${endpoint}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    const answer = await response.json() as Json;
    if (response.ok) return answer;
    throw new EtcdGatewayError(
      `etcd at ${endpoint} refused ${path}: ${answer["message"] ?? `HTTP ${response.status}`}`,
      Number(answer["code"] ?? 0),
    );
  } catch (error) {
    if (error instanceof EtcdGatewayError) throw error;
    const found = errorText(signal.aborted ? signal.reason : error);
    throw new EtcdGatewayError(`Cannot ask etcd at ${endpoint} for ${path}: ${found}`, 0, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function readKeyValue(entry: Json): EtcdKeyValue {
  const lease = String(entry["lease"] ?? "0");
  return {
    key: decode(entry["key"] as string),
    value: decode((entry["value"] ?? "") as string),
    createRevision: Number(entry["create_revision"]),
    modRevision: Number(entry["mod_revision"]),
    version: Number(entry["version"]),
    lease: lease === "0" ? "" : lease,
  };
}

function revisionOf(answer: Json): number {
  return Number((answer["header"] as Json | undefined)?.["revision"] ?? 0);
}

/** The range of a prefix ends before the prefix with its last byte counted up (etcd manual, "Key ranges"). */
function prefixRange(prefix: string): Json {
  const key = Buffer.from(prefix === "" ? "\0" : prefix, "utf8");
  if (prefix === "") return { key: key.toString("base64"), range_end: key.toString("base64") };
  const end = Buffer.from(key);
  // No byte of UTF-8 is 0xff, so the last byte can always be counted up.
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return { key: key.toString("base64"), range_end: end.toString("base64") };
}

function encode(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
