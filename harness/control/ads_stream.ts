import type { PushEvent } from "../model/event.ts";
import { type DiscoveryRequest, encodeDiscoveryResponseBody, withNonce } from "./discovery_codec.ts";
import { HELD_BACK_BY, NAMED_TYPES, PUSH_ORDER, SENT_AGAIN_AFTER, WAITS_FOR } from "./resource_types.ts";
import type { Resource, SnapshotCache, TypeSnapshot } from "./snapshot.ts";

/** How a data plane stands to the current content of one type. */
export type Standing =
  | { readonly state: "unsubscribed" | "pending" | "settled" }
  | { readonly state: "rejected"; readonly error: string };

interface Subscription {
  names: readonly string[];
  wildcard: boolean;
  /** Version and names of the last response. */
  sentVersion: string;
  sentNames: string;
  nonce: string;
  /** Whether the response with `nonce` was answered. */
  answered: boolean;
  /** The version that the data plane said it holds, in an ACK on this stream. */
  acknowledged: string;
  rejected: { version: string; error: string } | undefined;
  /** To be sent once more although nothing changed. */
  again: boolean;
}

/** What a stream needs of the server that it belongs to. */
export interface AdsStreamHost {
  readonly snapshot: SnapshotCache;
  /** Sends encoded bytes to the data plane. */
  send(bytes: Uint8Array): void;
  record(event: Omit<PushEvent, "kind">): void;
}

const encodedBodies = new WeakMap<TypeSnapshot, Map<string, Uint8Array>>();

/** The encoded response for some names of a snapshot, made once for all streams that ask for the same. */
function encodedBody(
  typeUrl: string,
  snapshot: TypeSnapshot,
  key: string,
  names: readonly string[],
): Uint8Array {
  let bodies = encodedBodies.get(snapshot);
  if (bodies === undefined) encodedBodies.set(snapshot, bodies = new Map());
  let body = bodies.get(key);
  if (body === undefined) {
    const resources = key === "*"
      ? [...snapshot.resources.values()]
      : names.map((name) => snapshot.resources.get(name)).filter((r): r is Resource => r !== undefined);
    body = encodeDiscoveryResponseBody({ versionInfo: snapshot.version, resources, typeUrl });
    bodies.set(key, body);
  }
  return body;
}

function subscriptionKey(subscription: Subscription): string {
  return subscription.wildcard ? "*" : JSON.stringify([...subscription.names].sort());
}

/**
 * One data plane's stream, as a state machine: requests go in, responses come out. At most one response of a
 * type is unanswered at a time, and while one is, the types that refer to it wait.
 */
export class AdsStream {
  readonly #id: string;
  readonly #host: AdsStreamHost;
  readonly #subscriptions = new Map<string, Subscription>();
  #responses = 0;
  #nodeId = "";

  constructor(id: string, host: AdsStreamHost) {
    this.#id = id;
    this.#host = host;
  }

  /** The data plane's name for itself; empty until its first request. */
  get nodeId(): string {
    return this.#nodeId;
  }

  /** Takes one request of the data plane and sends what is then due. */
  receive(request: DiscoveryRequest): void {
    if (request.nodeId !== "") this.#nodeId = request.nodeId;
    const known = this.#subscriptions.get(request.typeUrl);
    if (known === undefined) {
      this.#subscriptions.set(request.typeUrl, {
        names: request.resourceNames,
        wildcard: request.resourceNames.includes("*") ||
          (request.resourceNames.length === 0 && !NAMED_TYPES.has(request.typeUrl)),
        sentVersion: "",
        sentNames: "",
        nonce: "",
        answered: true,
        acknowledged: "",
        rejected: undefined,
        again: false,
      });
    } else if (request.responseNonce !== "" && request.responseNonce !== known.nonce) {
      this.#record("stale", request);
      return;
    } else {
      if (request.responseNonce !== "" && !known.answered) this.#answer(known, request);
      // The spec's legacy wildcard: an empty list keeps a subscription to everything, and never begins one.
      if (!known.wildcard || request.resourceNames.length > 0) {
        known.names = request.resourceNames;
        known.wildcard = request.resourceNames.includes("*");
      }
    }
    this.pump();
  }

  /** Sends what is due: called when the content changed. */
  pump(): void {
    const others = [...this.#subscriptions.keys()].filter((typeUrl) => !PUSH_ORDER.includes(typeUrl));
    for (const typeUrl of [...PUSH_ORDER, ...others]) this.#sendIfDue(typeUrl);
  }

  /**
   * @param everyName Count a type as settled only when every resource of the snapshot was asked for.
   * @returns How the data plane stands to the current content of a type.
   */
  standing(typeUrl: string, everyName: boolean): Standing {
    const subscription = this.#subscriptions.get(typeUrl);
    if (subscription === undefined) return { state: "unsubscribed" };
    const snapshot = this.#host.snapshot.get(typeUrl);
    if (snapshot === undefined) return { state: "settled" };
    if (subscription.rejected?.version === snapshot.version) {
      return { state: "rejected", error: subscription.rejected.error };
    }
    if (everyName && !subscription.wildcard) {
      for (const name of snapshot.resources.keys()) {
        if (!subscription.names.includes(name)) return { state: "pending" };
      }
    }
    const settled = !this.#isDue(subscription, snapshot) && subscription.answered &&
      (subscription.sentVersion === "" || subscription.acknowledged === snapshot.version);
    return { state: settled ? "settled" : "pending" };
  }

  #answer(subscription: Subscription, request: DiscoveryRequest): void {
    subscription.answered = true;
    if (request.errorDetail === undefined) {
      subscription.acknowledged = request.versionInfo;
      subscription.rejected = undefined;
      this.#record("ack", request);
    } else {
      subscription.rejected = { version: subscription.sentVersion, error: request.errorDetail.message };
      this.#record("nack", request);
    }
  }

  #isDue(subscription: Subscription, snapshot: TypeSnapshot): boolean {
    if (subscription.sentVersion === snapshot.version) {
      // A refused version is not offered again; new names of an accepted one are.
      return subscription.rejected?.version !== snapshot.version &&
        (subscription.again || subscription.sentNames !== subscriptionKey(subscription));
    }
    const wantsNothing = !subscription.wildcard && subscription.names.length === 0;
    const hasNothing = subscription.sentVersion === "" && !subscription.wildcard &&
      !subscription.names.some((name) => snapshot.resources.has(name));
    return !wantsNothing && !hasNothing;
  }

  #isHeldBack(typeUrl: string): boolean {
    const awaited = WAITS_FOR[typeUrl] ?? [];
    if (awaited.some((each) => this.#subscriptions.get(each)?.answered === false)) return true;
    const blocker = HELD_BACK_BY[typeUrl];
    return blocker !== undefined && this.standing(blocker, false).state === "rejected";
  }

  #sendIfDue(typeUrl: string): void {
    const subscription = this.#subscriptions.get(typeUrl);
    const snapshot = this.#host.snapshot.get(typeUrl);
    if (subscription === undefined || snapshot === undefined || !subscription.answered) return;
    if (!this.#isDue(subscription, snapshot) || this.#isHeldBack(typeUrl)) return;
    const key = subscriptionKey(subscription);
    subscription.sentVersion = snapshot.version;
    subscription.sentNames = key;
    subscription.nonce = `${this.#id}.${++this.#responses}`;
    subscription.answered = false;
    subscription.again = false;
    const follower = this.#subscriptions.get(SENT_AGAIN_AFTER[typeUrl] ?? "");
    if (follower !== undefined) follower.again = follower.sentVersion !== "";
    const bytes = withNonce(encodedBody(typeUrl, snapshot, key, subscription.names), subscription.nonce);
    this.#host.record({
      edge: "sent",
      type: typeUrl,
      version: snapshot.version,
      nonce: subscription.nonce,
      error: "",
      bytes: bytes.length,
    });
    this.#host.send(bytes);
  }

  #record(edge: PushEvent["edge"], request: DiscoveryRequest): void {
    this.#host.record({
      edge,
      type: request.typeUrl,
      version: request.versionInfo,
      nonce: request.responseNonce,
      error: request.errorDetail?.message ?? "",
    });
  }
}
