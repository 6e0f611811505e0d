import type { Socket } from "node:net";
import { type EndedConnection, keep, type LinkCounters } from "./counters.ts";
import { Pump } from "./pump.ts";
import type { Direction, Shaper } from "./toxic.ts";

/** What a connection needs to know of its link. */
export interface LinkConnectionOptions {
  /** 1 for the first connection of the link. */
  readonly ordinal: number;
  /** Socket to who connected. */
  readonly client: Socket;
  /** Socket to the target; may still be connecting. */
  readonly upstream: Socket;
  readonly counters: LinkCounters;
  readonly shapers: () => readonly Shaper[];
  readonly onEnded: (connection: LinkConnection) => void;
}

/** One connection through a link: two sockets and a pump each way. */
export class LinkConnection {
  readonly ordinal: number;
  /** Port of who connected, by which a probe knows its own connection. */
  readonly clientPort: number;
  readonly #options: LinkConnectionOptions;
  readonly #pumps: Readonly<Record<Direction, Pump>>;
  readonly #finished = new Set<Direction>();
  #isEnded = false;

  constructor(options: LinkConnectionOptions) {
    this.#options = options;
    this.ordinal = options.ordinal;
    this.clientPort = options.client.remotePort ?? 0;
    const { client, upstream, counters, shapers } = options;
    const pump = (direction: Direction, from: Socket, to: Socket) =>
      new Pump({ connection: this, direction, from, to, counters, shapers });
    this.#pumps = { up: pump("up", client, upstream), down: pump("down", upstream, client) };
  }

  /** Bytes that went out so far, by direction. */
  get bytesOut(): EndedConnection["bytesOut"] {
    return { up: this.#pumps.up.counters.bytesOut, down: this.#pumps.down.counters.bytesOut };
  }

  /** Passes the end of one direction on (FIN), and lets the connection go when both have ended. */
  finish(direction: Direction): void {
    const { client, upstream } = this.#options;
    (direction === "up" ? upstream : client).end();
    this.#finished.add(direction);
    if (this.#finished.size === 2) this.#end("ended by both sides", (socket) => socket.destroySoon());
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

  /** Looks again at what the pumps hold. */
  reconsider(isHealed: boolean): void {
    this.#pumps.up.reconsider(isHealed);
    this.#pumps.down.reconsider(isHealed);
  }

  #end(cause: string, dispose: (socket: Socket) => void): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { client, upstream, counters, onEnded } = this.#options;
    this.#pumps.up.stop();
    this.#pumps.down.stop();
    keep(counters.ended, {
      ordinal: this.ordinal,
      endedT: performance.now(),
      cause,
      bytesOut: this.bytesOut,
    });
    dispose(client);
    dispose(upstream);
    onEnded(this);
  }
}
