/** A TCP relay on loopback that a test can cut (connections reset, new ones refused) and mend at the same port. */
export class TcpRelay implements AsyncDisposable {
  readonly #target: Deno.ConnectOptions;
  readonly #connections = new Set<Deno.TcpConn>();
  #listener: Deno.TcpListener;
  readonly #port: number;

  private constructor(target: Deno.ConnectOptions) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#port = (this.#listener.addr as Deno.NetAddr).port;
    this.#accept(this.#listener);
  }

  /** @param address `host:port` to relay to. */
  static to(address: string): Promise<TcpRelay> {
    const [hostname, port] = address.split(":") as [string, string];
    return Promise.resolve(new TcpRelay({ hostname, port: Number(port) }));
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  cut(): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // Its own side closed it in the meantime.
      }
    }
    this.#connections.clear();
    return Promise.resolve();
  }

  mend(): Promise<void> {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    this.#accept(this.#listener);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    while (true) {
      try {
        this.#relay(await listener.accept());
      } catch {
        return;
      }
    }
  }

  async #relay(near: Deno.TcpConn): Promise<void> {
    this.#connections.add(near);
    try {
      const far = await Deno.connect(this.#target);
      this.#connections.add(far);
      const ends = [near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)];
      await Promise.allSettled(ends);
    } catch {
      near.close();
    }
  }
}
