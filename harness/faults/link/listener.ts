import net from "node:net";
import type { Address } from "../../model/mesh.ts";

/** How long a port that someone else took in between is asked for again. */
const REOPEN_LIMIT_MS = 2000;
const REOPEN_RETRY_MS = 20;

/** Where a link listens. */
export interface LinkPlace {
  /** The interface. @default "127.0.0.1" */
  readonly bind?: string;
  /** The host by which others reach it, where `bind` is every interface. @default `bind` */
  readonly host?: string;
  /** 0 lets the system choose. @default 0 */
  readonly port?: number;
}

/** The listening side of a link, which can go away and come back on the same port. */
export class LinkListener {
  #server: net.Server | undefined;
  #closers = 0;
  /** Opening and closing take turns: two faults may come and go at the same moment. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(
    readonly name: string,
    readonly address: Address,
    readonly bind: string,
    readonly port: number,
    server: net.Server,
    readonly accept: (socket: net.Socket) => void,
  ) {
    this.#server = server;
  }

  /**
   * Listens.
   *
   * @param name Name of the link, for messages.
   * @param place Where.
   * @param accept Takes each connection.
   */
  static async open(
    name: string,
    place: LinkPlace,
    accept: (socket: net.Socket) => void,
  ): Promise<LinkListener> {
    const { bind = "127.0.0.1", host = bind } = place;
    const server = await listen(bind, place.port ?? 0, accept);
    const { port } = server.address() as net.AddressInfo;
    return new LinkListener(name, `${host}:${port}`, bind, port, server, accept);
  }

  /** Stops listening: from then on the kernel answers new connections with a RST. Open connections stay. */
  close(): Promise<void> {
    this.#closers++;
    return this.#inTurn(() => {
      const server = this.#server;
      this.#server = undefined;
      // Not awaited: node's close waits for open connections too; the listening socket is gone at once.
      server?.close();
    });
  }

  /**
   * Listens again once every `close` has been taken back.
   *
   * @throws When the port is taken by someone else for longer than two seconds.
   */
  reopen(): Promise<void> {
    this.#closers--;
    return this.#inTurn(async () => {
      if (this.#closers > 0 || this.#server !== undefined) return;
      const endT = performance.now() + REOPEN_LIMIT_MS;
      for (;;) {
        try {
          this.#server = await listen(this.bind, this.port, this.accept);
          return;
        } catch (error) {
          if (performance.now() > endT) {
            throw new Error(
              `Link ${this.name} cannot listen on ${this.address} again, as another socket has taken the port ` +
                `while it was closed: run the cell again`,
              { cause: error },
            );
          }
          await new Promise((resolve) => setTimeout(resolve, REOPEN_RETRY_MS));
        }
      }
    });
  }

  #inTurn(work: () => Promise<void> | void): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}

function listen(
  host: string,
  port: number,
  accept: (socket: net.Socket) => void,
): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true }, accept);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}
