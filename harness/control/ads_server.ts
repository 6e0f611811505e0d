import {
  type handleBidiStreamingCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from "../runtime/grpc.ts";
import type { PushEvent, Recorder } from "../model/event.ts";
import type { Address, PushOutcome } from "../model/mesh.ts";
import { AdsStream, type Standing } from "./ads_stream.ts";
import { asBuffer } from "./buffer.ts";
import { decodeDiscoveryRequest, DISCOVERY_METHOD_PATH, type DiscoveryRequest } from "./discovery_codec.ts";
import { type Resource, SnapshotCache } from "./snapshot.ts";
import { PUSH_ORDER, TYPE_URLS } from "./resource_types.ts";

/** Options of {@link AdsServer}. */
export interface AdsServerOptions {
  /** Where pushes and their answers are recorded, under the source `control`. */
  readonly recorder?: Recorder;
  /** The IPv4 address to bind; 0.0.0.0 is for containers. @default "127.0.0.1" */
  readonly host?: string;
  /** The port to listen on. @default 0, which asks for a free one */
  readonly port?: number;
}

/** Options of {@link AdsServer.settled}. */
export interface SettleOptions {
  /** Types that every stream must have subscribed to; whatever else it subscribed to counts as well. */
  readonly typeUrls?: readonly string[];
  /** Demand that every resource of those types was asked for. @default false */
  readonly everyName?: boolean;
  readonly timeoutMs: number;
}

/** Resources of several types that belong together. */
export type Configuration = ReadonlyMap<string, readonly Resource[]>;

type Call = ServerDuplexStream<DiscoveryRequest, Uint8Array>;

/**
 * A control plane: serves whatever the snapshot holds to every data plane that asks, over the aggregated
 * discovery service (state of the world). Generic over resource types.
 */
export class AdsServer implements AsyncDisposable {
  readonly snapshot: SnapshotCache = new SnapshotCache();
  readonly #recorder: Recorder | undefined;
  readonly #streams = new Map<AdsStream, Call>();
  readonly #watchers = new Set<() => void>();
  readonly #host: string;
  #port: number;
  #server: Server | undefined;
  #streamCount = 0;

  constructor(options: AdsServerOptions = {}) {
    this.#recorder = options.recorder;
    this.#host = options.host ?? "127.0.0.1";
    this.#port = options.port ?? 0;
  }

  /** Starts to listen; the port is kept over {@link stop}. */
  async start(): Promise<Address> {
    if (this.#server !== undefined) return this.address;
    const server = new Server({
      "grpc.max_receive_message_length": -1,
      // A stream that went silent is given up, so that nobody waits for its answer for ever.
      "grpc.keepalive_time_ms": 5000,
      "grpc.keepalive_timeout_ms": 2000,
    });
    const handler: handleBidiStreamingCall<DiscoveryRequest, Uint8Array> = (call) => this.#serve(call);
    server.register(
      DISCOVERY_METHOD_PATH,
      handler,
      asBuffer,
      decodeDiscoveryRequest,
      "bidi",
    );
    this.#port = await new Promise<number>((resolve, reject) => {
      const address = `${this.#host}:${this.#port}`;
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(new Error(`Cannot start the control plane on ${address}: ${error.message}`));
      });
    });
    this.#server = server;
    return this.address;
  }

  /**
   * `host:port` as it is bound.
   *
   * @throws {Error} When the server never started.
   */
  get address(): Address {
    if (this.#port === 0) throw new Error("Cannot tell the control plane's address: call start() first");
    return `${this.#host}:${this.#port}`;
  }

  /** Number of data planes that are connected. */
  get streams(): number {
    return this.#streams.size;
  }

  /** The control plane is gone: every stream is cut, connections are refused. The snapshot is kept. */
  stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) server.forceShutdown();
    for (const stream of [...this.#streams.keys()]) this.#drop(stream, "control plane stopped");
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * Offers the resources of one type. Nothing happens when they are the same as before.
   *
   * @returns The version that the type has now.
   */
  set(typeUrl: string, resources: Iterable<Resource>): string {
    if (this.snapshot.set(typeUrl, resources)) this.#offered(typeUrl);
    for (const stream of this.#streams.keys()) stream.pump();
    this.#changed();
    return this.snapshot.get(typeUrl)?.version ?? "";
  }

  /**
   * Offers types that belong together, make before break: clusters and endpoints that the new configuration
   * no longer has are taken away only once the rest is acknowledged, and are kept when any of it is refused.
   */
  async apply(configuration: Configuration, options: SettleOptions): Promise<PushOutcome> {
    const deadline = performance.now() + options.timeoutMs;
    const order = [...configuration.keys()].sort((a, b) => PUSH_ORDER.indexOf(a) - PUSH_ORDER.indexOf(b));
    const removals: [string, readonly Resource[]][] = [];
    for (const typeUrl of order) {
      const wanted = configuration.get(typeUrl) ?? [];
      const names = new Set(wanted.map((resource) => resource.name));
      const refersToNothing = typeUrl === TYPE_URLS.cluster || typeUrl === TYPE_URLS.endpoint;
      const leaving = refersToNothing
        ? [...this.snapshot.get(typeUrl)?.resources.values() ?? []].filter(({ name }) => !names.has(name))
        : [];
      if (leaving.length > 0) removals.push([typeUrl, wanted]);
      if (this.snapshot.set(typeUrl, [...wanted, ...leaving])) this.#offered(typeUrl);
    }
    for (const stream of this.#streams.keys()) stream.pump();
    this.#changed();
    const made = await this.settled(options);
    if (made.outcome !== "ack" || removals.length === 0) return made;
    for (const [typeUrl, wanted] of removals) {
      if (this.snapshot.set(typeUrl, wanted)) this.#offered(typeUrl);
    }
    for (const stream of this.#streams.keys()) stream.pump();
    this.#changed();
    return await this.settled({ ...options, timeoutMs: Math.max(0, deadline - performance.now()) });
  }

  /**
   * Waits until every connected data plane has answered the current content of every type that it asked for.
   *
   * @returns `ack` when all acknowledged, `nack` with the data plane's words as soon as one refused, `none` when
   * the time ran out (also because no data plane is connected).
   */
  settled(options: SettleOptions): Promise<PushOutcome> {
    return new Promise((resolve) => {
      const finish = (outcome: PushOutcome["outcome"], error: string) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve({ version: this.snapshot.version, outcome, error });
      };
      const timer = setTimeout(() => finish("none", ""), options.timeoutMs);
      const look = () => {
        const standings = this.#standings(options);
        const refused = standings.find((standing) => standing.state === "rejected");
        if (refused?.state === "rejected") finish("nack", refused.error);
        else if (standings.length > 0 && standings.every(({ state }) => state === "settled")) {
          finish("ack", "");
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  #standings(options: SettleOptions): Standing[] {
    const required = new Set(options.typeUrls ?? []);
    return [...this.#streams.keys()].flatMap((stream) => {
      const standings: Standing[] = [];
      for (const typeUrl of new Set([...required, ...this.snapshot.types()])) {
        const standing = stream.standing(typeUrl, (options.everyName ?? false) && required.has(typeUrl));
        if (standing.state !== "unsubscribed" || required.has(typeUrl)) standings.push(standing);
      }
      // A stream that asked for nothing yet has acknowledged nothing.
      return standings.length > 0 ? standings : [{ state: "unsubscribed" }];
    });
  }

  #serve(call: Call): void {
    const stream = new AdsStream(String(++this.#streamCount), {
      snapshot: this.snapshot,
      send: (bytes) => void call.write(bytes),
      record: (event) => this.#record(event),
    });
    this.#streams.set(stream, call);
    this.#record({ edge: "connected", type: "", version: "", nonce: "", error: "" });
    // Sent at once, so that the data plane knows that it is connected before there is anything to say.
    call.sendMetadata(new Metadata());
    call.on("data", (request: DiscoveryRequest) => {
      if (!this.#streams.has(stream)) return;
      this.#replaceOlder(stream, request.nodeId);
      stream.receive(request);
      this.#changed();
    });
    call.on("end", () => {
      if (this.#drop(stream, "ended by the data plane")) call.end();
    });
    call.on("cancelled", () => this.#drop(stream, "cancelled"));
    call.on("error", (error: Error) => this.#drop(stream, error.message));
  }

  #replaceOlder(stream: AdsStream, nodeId: string): void {
    if (nodeId === "" || stream.nodeId !== "") return;
    for (const [older, call] of this.#streams) {
      if (older === stream || older.nodeId !== nodeId) continue;
      this.#drop(older, `replaced by a new stream of ${nodeId}`);
      call.emit("error", { code: status.ABORTED, details: "replaced by a new stream of the same node" });
    }
  }

  #drop(stream: AdsStream, reason: string): boolean {
    if (!this.#streams.delete(stream)) return false;
    this.#record({ edge: "disconnected", type: "", version: "", nonce: "", error: reason });
    this.#changed();
    return true;
  }

  #offered(typeUrl: string): void {
    const snapshot = this.snapshot.get(typeUrl);
    if (snapshot === undefined) return;
    const bytes = [...snapshot.resources.values()].reduce((sum, resource) => sum + resource.bytes.length, 0);
    this.#record({ edge: "offered", type: typeUrl, version: snapshot.version, nonce: "", error: "", bytes });
  }

  #record(event: Omit<PushEvent, "kind">): void {
    this.#recorder?.record("control", { kind: "push", ...event });
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
