import type { Socket } from "node:net";
import type { ArmedShaper } from "./armed_shaper.ts";
import { type EndedConnection, keep, type LinkCounters } from "./counters.ts";
import { Pump } from "./pump.ts";
import { adoptSocket, connectSocket } from "./sockets.ts";
import type { ConnectionStage, LinkMiddle } from "./stage.ts";
import { covers, type Direction } from "./toxic.ts";

/** What a connection needs to know of its link. */
export interface LinkConnectionOptions {
  /** 1 for the first connection of the link. */
  readonly ordinal: number;
  /** As the listener gave it; nobody else may use it from now on. */
  readonly accepted: Socket;
  /** Where to connect to. */
  readonly target: { readonly host: string; readonly port: number };
  readonly counters: LinkCounters;
  readonly middle: LinkMiddle | undefined;
  readonly onEnded: (connection: LinkConnection) => void;
}

/** One connection through a link: two sockets and a pump each way. */
export class LinkConnection {
  readonly ordinal: number;
  /** Port of who connected, by which a probe knows its own connection. */
  readonly clientPort: number;
  /** Socket to the target; may still be connecting. */
  readonly upstream: Socket;
  readonly #options: LinkConnectionOptions;
  readonly #client: Socket;
  readonly #pumps: Readonly<Record<Direction, Pump>>;
  readonly #finished = new Set<Direction>();
  #stage: ConnectionStage | undefined;
  #isEnded = false;

  constructor(options: LinkConnectionOptions) {
    this.#options = options;
    this.ordinal = options.ordinal;
    this.clientPort = options.accepted.remotePort ?? 0;
    const { accepted, target, counters } = options;
    const upstream = connectSocket(target.host, target.port, (bytes) => this.#take("down", bytes));
    const client = adoptSocket(accepted, (bytes) => this.#take("up", bytes));
    this.upstream = upstream;
    this.#client = client;
    const pump = (direction: Direction, from: Socket, to: Socket) =>
      new Pump({
        connection: this,
        direction,
        from,
        to,
        counters,
        heldBefore: () => this.#stage?.heldBytes(direction) ?? 0,
      });
    this.#pumps = { up: pump("up", client, upstream), down: pump("down", upstream, client) };
    for (const [direction, socket] of [["up", client], ["down", upstream]] as const) {
      socket.on("end", () => this.#stage ? this.#stage.end(direction) : this.#pumps[direction].passOn("end"));
      // An error here is the peer's RST (or a broken network): the far side must see the same.
      socket.on("error", () => this.#pumps[direction].passOn("reset"));
    }
    this.#stage = options.middle?.stage({
      ordinal: this.ordinal,
      write: (direction, bytes) => void this.#pumps[direction].take(bytes, false),
      end: (direction) => this.#pumps[direction].passOn("end"),
      reset: (cause) => this.reset(cause),
      close: (cause) => this.close(cause),
      reconsider: () => this.reconsider(),
    });
  }

  /** Bytes that went out so far, by direction. */
  get bytesOut(): EndedConnection["bytesOut"] {
    return { up: this.#pumps.up.counters.bytesOut, down: this.#pumps.down.counters.bytesOut };
  }

  /** Passes the end of one direction on (FIN), and lets the connection go when both have ended. */
  finish(direction: Direction): void {
    (direction === "up" ? this.upstream : this.#client).end();
    this.#finished.add(direction);
    if (this.#finished.size === 2) this.#end("ended by both sides", (socket) => socket.destroySoon());
  }

  /** Ends one direction (FIN) after what is on its way; what its sender says from then on is dropped. */
  halfClose(direction: Direction): void {
    this.#pumps[direction].passOn("end");
  }

  /** Closes both sides in order (FIN), after what was written is out. */
  close(cause: string): void {
    this.#end(cause, (socket) => socket.destroySoon());
  }

  /** Sends a RST on both sides. What is still on its way out is lost, as it is with a real reset. */
  reset(cause: string): void {
    this.#end(cause, (socket) => {
      // A socket that never connected has nothing to reset, and node:net throws on it in place of closing it.
      if (socket.destroyed || socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    });
  }

  /** Puts these shapers in force, oldest first; `isHealed` lets go of what waits for its time. */
  shape(shapers: readonly ArmedShaper[], isHealed: boolean): void {
    const struck = shapers.filter((armed) => armed.strikes(this.ordinal));
    for (const direction of ["up", "down"] as const) {
      const own = struck.filter(({ shaper }) => covers(shaper.directions, direction));
      this.#pumps[direction].shape(own, isHealed);
    }
  }

  /** Looks again at what the pumps hold. */
  reconsider(): void {
    this.#pumps.up.reconsider();
    this.#pumps.down.reconsider();
  }

  #take(direction: Direction, bytes: Uint8Array): boolean {
    const pump = this.#pumps[direction];
    pump.countIn(bytes.length);
    if (this.#stage === undefined) return pump.take(bytes, true);
    this.#stage.push(direction, bytes.slice());
    return pump.mayRead();
  }

  #end(cause: string, dispose: (socket: Socket) => void): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { counters, onEnded } = this.#options;
    this.#pumps.up.stop();
    this.#pumps.down.stop();
    keep(counters.ended, {
      ordinal: this.ordinal,
      endedT: performance.now(),
      cause,
      bytesOut: this.bytesOut,
    });
    dispose(this.#client);
    dispose(this.upstream);
    this.#stage?.close();
    onEnded(this);
  }
}
