/** The harness's end of the way into the cells' networks; the other end is the relay of the run. */
import net from "node:net";
import type { Address } from "../../model/mesh.ts";
import type { Knock } from "../../model/runtime.ts";
import { splitAddress } from "../../model/split_address.ts";
import { LineSplitter } from "../line_splitter.ts";
import { listenAt } from "./listen_at.ts";
import { type Answered, type RelayAccess, RelayCaller, TunnelError } from "./relay_caller.ts";
import { resetSocket, splice } from "./splice.ts";
import { jsonOrUndefined, LONGEST_LINE_BYTES, takenConnectionSchema } from "./tunnel_protocol.ts";

export { type RelayAccess, TunnelError };

/**
 * A way for bytes between loopback and the networks that the relay is attached to. Connections are carried one to
 * one: ends, resets and back-pressure included. Only a refusal looks different: who dials a reached address is
 * accepted first and then reset.
 */
export class Tunnel implements AsyncDisposable {
  readonly #relay: RelayCaller;
  readonly #servers = new Set<net.Server>();
  readonly #sockets = new Set<net.Socket>();
  readonly #reached = new Map<Address, Promise<Address>>();
  readonly #exposed = new Map<Address, Promise<number>>();

  private constructor(relay: RelayCaller) {
    this.#relay = relay;
  }

  /**
   * Connects to the relay.
   *
   * @throws {TunnelError} When nothing answers there, or the token is wrong.
   */
  static async open(access: RelayAccess): Promise<Tunnel> {
    return new Tunnel(await RelayCaller.open(access));
  }

  /** Resolves when the relay is gone, with what to say of it; never when the tunnel is closed first. */
  get lost(): Promise<TunnelError> {
    return this.#relay.lost;
  }

  /**
   * Where on loopback an address of a cell is reached. The same address gives the same answer.
   *
   * @throws {TunnelError} When the relay is gone or the tunnel closed.
   */
  reach(address: Address): Promise<Address> {
    return this.#remembered(this.#reached, address, async () => {
      const target = splitAddress(address, "reach an address");
      const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (local) => {
        this.#own(local);
        const lost = new AbortController();
        local.once("close", () => lost.abort());
        void this.#carry(local, this.#relay.ask({ verb: "dial", ...target }, lost.signal));
      });
      this.#servers.add(server);
      return `127.0.0.1:${await listenAt(server, "127.0.0.1", 0)}`;
    });
  }

  /**
   * The relay's port by which the cells reach a server on loopback, for as long as the tunnel is open. The same
   * address gives the same port.
   *
   * @throws {TunnelError} When the relay is gone or the tunnel closed.
   */
  expose(address: Address): Promise<number> {
    return this.#remembered(this.#exposed, address, async () => {
      const target = splitAddress(address, "expose an address");
      const { socket: control, port } = await this.#relay.ask({ verb: "serve" });
      if (port === undefined) throw new TunnelError("The relay opened a port and did not say which");
      const lines = new LineSplitter((line) => {
        const taken = takenConnectionSchema.safeParse(jsonOrUndefined(line)).data;
        if (taken !== undefined) void this.#take(taken.connection, target);
      }, LONGEST_LINE_BYTES);
      control.on("data", (bytes: Uint8Array) => lines.push(bytes));
      control.on("end", () => control.destroy());
      control.resume();
      return port;
    });
  }

  /**
   * What a server in a cell says to a connection from within.
   *
   * @throws {TunnelError} When the relay is gone or the tunnel closed.
   */
  async knock(address: Address, limitMs: number): Promise<Knock> {
    const target = splitAddress(address, "knock at an address");
    const { socket, knock } = await this.#relay.ask({ verb: "knock", ...target, limitMs });
    socket.destroy();
    if (knock === undefined) {
      throw new TunnelError(`The relay knocked at ${address} and did not say what came`);
    }
    return knock;
  }

  /** Closes every listener on both sides and resets every connection that is still carried. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = [...this.#servers].map((server) => new Promise((resolve) => server.close(resolve)));
    this.#servers.clear();
    for (const socket of this.#sockets) resetSocket(socket);
    await Promise.all([this.#relay.close(), ...closed]);
  }

  /** Answers from memory what went well before. */
  async #remembered<Value>(
    memory: Map<Address, Promise<Value>>,
    address: Address,
    make: () => Promise<Value>,
  ): Promise<Value> {
    this.#relay.check();
    const known = memory.get(address);
    if (known !== undefined) return await known;
    const made = make();
    memory.set(address, made);
    made.catch(() => memory.delete(address));
    return await made;
  }

  /** A connection of a cell to an exposed server; where that server is gone, the cell sees a reset. */
  async #take(id: number, target: { host: string; port: number }): Promise<void> {
    const local = net.connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.#own(local);
    const settled = new Promise<void>((resolve) => {
      local.once("connect", resolve);
      local.once("close", resolve);
    });
    const asked = this.#relay.ask({ verb: "take", id });
    await this.#carry(local, Promise.all([asked, settled]).then(([taken]) => taken));
  }

  /** Joins a connection on loopback with one to the relay, or resets it where there is none to be had. */
  async #carry(local: net.Socket, asked: Promise<Answered>): Promise<void> {
    try {
      splice(local, (await asked).socket);
    } catch {
      resetSocket(local);
    }
  }

  #own(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
