import { errorText } from "../model/error_text.ts";
import { Client, type ClientDuplexStream, credentials, type ServiceError, status } from "../runtime/grpc.ts";
import { asBuffer } from "./buffer.ts";
import {
  decodeDiscoveryResponse,
  DISCOVERY_METHOD_PATH,
  type DiscoveryRequest,
  type DiscoveryResponse,
  EMPTY_REQUEST,
  encodeDiscoveryRequest,
  type EncodedResource,
} from "./discovery_codec.ts";

/**
 * Takes the whole state of one type. To throw (or reject) refuses it: the control plane gets a NACK with the
 * error's message and the last good version, and the subscriber keeps what it has.
 */
export type OnResources = (resources: readonly EncodedResource[], version: string) => void | Promise<void>;

/** Options of {@link AdsClient}. */
export interface AdsClientOptions {
  /** `host:port` of the control plane. */
  readonly address: string;
  /** Unique among the control plane's clients: a new stream of a node replaces its old one. */
  readonly nodeId: string;
  /** @default 50 */
  readonly backOffBaseMs?: number;
  /** @default 1000 */
  readonly backOffMaxMs?: number;
  /** How often the connection is probed, so that one that went silent is given up. @default 2000 */
  readonly keepAliveMs?: number;
  /** The control plane accepted the stream. */
  readonly onConnected?: () => void;
  /** The stream ended, with what gRPC said of it. Called once for each `onConnected`. */
  readonly onDisconnected?: (reason: string) => void;
}

interface Subscription {
  names: readonly string[];
  readonly onUpdate: OnResources;
  /** The last version accepted; outlives the stream. */
  version: string;
  /** The last nonce received; belongs to the stream. */
  nonce: string;
}

/**
 * A data plane's half of ADS (state of the world): subscribes, acknowledges what it could use, refuses what it
 * could not, and comes back after a lost stream, telling the versions that it holds.
 *
 * @see The xDS protocol, "ACK/NACK and resource type instance version"
 */
export class AdsClient {
  readonly #options: AdsClientOptions;
  readonly #client: Client;
  readonly #subscriptions = new Map<string, Subscription>();
  #stream: ClientDuplexStream<DiscoveryRequest, DiscoveryResponse> | undefined;
  #connected = false;
  #closed = false;
  #backOffMs: number;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #handling: Promise<void> = Promise.resolve();

  constructor(options: AdsClientOptions) {
    this.#options = options;
    this.#backOffMs = options.backOffBaseMs ?? 50;
    this.#client = new Client(options.address, credentials.createInsecure(), {
      "grpc.enable_http_proxy": 0,
      "grpc.enable_retries": 0,
      "grpc.initial_reconnect_backoff_ms": options.backOffBaseMs ?? 50,
      "grpc.min_reconnect_backoff_ms": options.backOffBaseMs ?? 50,
      "grpc.max_reconnect_backoff_ms": options.backOffMaxMs ?? 1000,
      "grpc.keepalive_time_ms": options.keepAliveMs ?? 2000,
      "grpc.keepalive_timeout_ms": 1000,
      "grpc.keepalive_permit_without_calls": 1,
      "grpc.max_receive_message_length": -1,
    });
    this.#open();
  }

  /** Whether a stream stands at the moment. */
  get connected(): boolean {
    return this.#connected;
  }

  /** The last version of a type that was accepted; empty before the first. */
  version(typeUrl: string): string {
    return this.#subscriptions.get(typeUrl)?.version ?? "";
  }

  /**
   * Asks for resources of a type, once for each type.
   *
   * @param names The resources wanted; empty asks for all of the type.
   * @throws {Error} When the type is subscribed already: change its names by {@link setNames}.
   */
  subscribe(typeUrl: string, names: readonly string[], onUpdate: OnResources): void {
    if (this.#subscriptions.has(typeUrl)) {
      throw new Error(`Cannot subscribe to ${typeUrl} a second time: use setNames to change what is wanted`);
    }
    const subscription = { names: [...names], onUpdate, version: "", nonce: "" };
    this.#subscriptions.set(typeUrl, subscription);
    this.#send(typeUrl, subscription);
  }

  /** Changes the names asked for of a type that is subscribed. */
  setNames(typeUrl: string, names: readonly string[]): void {
    const subscription = this.#subscriptions.get(typeUrl);
    if (subscription === undefined) throw new Error(`Cannot set names of ${typeUrl}: subscribe to it first`);
    subscription.names = [...names];
    this.#send(typeUrl, subscription);
  }

  /** Ends the stream for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#stream?.cancel();
    this.#client.close();
  }

  #open(): void {
    const stream = this.#client.makeBidiStreamRequest<DiscoveryRequest, DiscoveryResponse>(
      DISCOVERY_METHOD_PATH,
      (request) => asBuffer(encodeDiscoveryRequest(request)),
      decodeDiscoveryResponse,
    );
    this.#stream = stream;
    for (const [typeUrl, subscription] of this.#subscriptions) {
      subscription.nonce = "";
      this.#send(typeUrl, subscription);
    }
    stream.on("metadata", () => this.#up());
    stream.on("data", (response: DiscoveryResponse) => {
      this.#up();
      // One after another: a type is acknowledged before the next response is looked at.
      this.#handling = this.#handling.then(() => this.#handle(stream, response));
    });
    // `error` needs a listener of its own, or it would be thrown; `status` follows it and has the reason.
    stream.on("error", (_error: ServiceError) => {});
    stream.on("status", (end: { code: number; details: string }) => this.#down(stream, end));
  }

  #up(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#backOffMs = this.#options.backOffBaseMs ?? 50;
    this.#options.onConnected?.();
  }

  #down(stream: unknown, end: { code: number; details: string }): void {
    if (stream !== this.#stream) return;
    this.#stream = undefined;
    if (this.#connected) {
      this.#connected = false;
      this.#options.onDisconnected?.(`${status[end.code] ?? end.code}: ${end.details}`);
    }
    if (this.#closed) return;
    this.#retryTimer = setTimeout(() => this.#open(), this.#backOffMs);
    this.#backOffMs = Math.min(this.#backOffMs * 2, this.#options.backOffMaxMs ?? 1000);
  }

  async #handle(stream: unknown, response: DiscoveryResponse): Promise<void> {
    const subscription = this.#subscriptions.get(response.typeUrl);
    if (subscription === undefined || stream !== this.#stream) return;
    subscription.nonce = response.nonce;
    try {
      await subscription.onUpdate(response.resources, response.versionInfo);
    } catch (error) {
      const message = errorText(error);
      this.#send(response.typeUrl, subscription, { code: status.INVALID_ARGUMENT, message });
      return;
    }
    subscription.version = response.versionInfo;
    this.#send(response.typeUrl, subscription);
  }

  #send(typeUrl: string, subscription: Subscription, errorDetail?: DiscoveryRequest["errorDetail"]): void {
    this.#stream?.write({
      ...EMPTY_REQUEST,
      versionInfo: subscription.version,
      nodeId: this.#options.nodeId,
      nodeCluster: "meshproof",
      resourceNames: subscription.names,
      typeUrl,
      responseNonce: subscription.nonce,
      ...(errorDetail === undefined ? {} : { errorDetail }),
    });
  }
}
