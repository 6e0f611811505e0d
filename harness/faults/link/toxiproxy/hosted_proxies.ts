import { ApiError, missingField, proxyAlreadyExists, proxyNotFound } from "./api_error.ts";
import type { HostOptions } from "./host_options.ts";
import { HostedProxy } from "./hosted_proxy.ts";
import type { ProxyInput, ProxyMessage } from "./messages.ts";
import type { Traffic } from "./proxy_books.ts";
import { Turns } from "./turns.ts";

/** What came of a list of proxies. */
export interface Populated {
  /** Those that are there now, up to the first that could not be made. */
  readonly proxies: readonly ProxyMessage[];
  readonly error?: ApiError;
}

/** All proxies of a server. Whatever is done to one proxy waits for what is being done to it. */
export class HostedProxies {
  readonly #proxies = new Map<string, HostedProxy>();
  readonly #turns = new Turns();
  #isClosed = false;

  constructor(readonly options: HostOptions) {}

  /** All there are, in the order in which they were made. */
  all(): readonly HostedProxy[] {
    return [...this.#proxies.values()];
  }

  /** @throws {ApiError} 404. */
  get(name: string): HostedProxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  /**
   * Does something to a proxy when nobody else does.
   *
   * @throws {ApiError} 404 when there is none of that name by then; else what `work` throws.
   */
  async with<Result>(name: string, work: (proxy: HostedProxy) => Promise<Result> | Result): Promise<Result> {
    return await this.#inTurn(name, () => work(this.get(name)));
  }

  /**
   * Makes a proxy, enabled unless it says otherwise.
   *
   * @throws {ApiError} 400 when a field is missing, 409 when there is one of that name, 500 when it cannot listen.
   */
  async create(input: ProxyInput): Promise<ProxyMessage> {
    const { name, place } = required(input);
    return await this.#inTurn(name, async () => {
      if (this.#proxies.has(name)) throw proxyAlreadyExists();
      return await this.#add(
        new HostedProxy({ name, ...place, protocol: input.protocol }, this.options),
        input,
      );
    });
  }

  /**
   * Makes all that are not there yet. One that is there, at the same place, stays as it is; one at another place is
   * replaced. Nothing is made when a field is missing.
   */
  async populate(inputs: readonly ProxyInput[]): Promise<Populated> {
    const proxies: ProxyMessage[] = [];
    try {
      const wanted = inputs.map((input, index) => ({ input, ...required(input, ` at proxy ${index + 1}`) }));
      for (const { input, name, place } of wanted) {
        proxies.push(
          await this.#inTurn(name, async () => {
            const existing = this.#proxies.get(name);
            if (existing !== undefined && !existing.differs(place)) return existing.message;
            const proxy = new HostedProxy({ name, ...place, protocol: input.protocol }, this.options);
            await existing?.stop();
            return await this.#add(proxy, input);
          }),
        );
      }
    } catch (error) {
      if (error instanceof ApiError) return { proxies, error };
      throw error;
    }
    return { proxies };
  }

  /** What went through a proxy; nothing where there is none of that name. */
  async traffic(name: string): Promise<readonly Traffic[]> {
    return await this.#inTurn(name, () => this.#proxies.get(name)?.traffic()) ?? [];
  }

  /** @throws {ApiError} 404. */
  async remove(name: string): Promise<void> {
    await this.with(name, async (proxy) => {
      await proxy.stop();
      this.#proxies.delete(name);
    });
  }

  /**
   * Enables every proxy and takes all toxics away.
   *
   * @throws {ApiError} 500 when one cannot listen; those after it are left as they were.
   */
  async reset(): Promise<void> {
    for (const name of [...this.#proxies.keys()]) {
      await this.#inTurn(name, () => this.#proxies.get(name)?.reset());
    }
  }

  /** Ends everything; what is asked for from then on is refused with 503. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.idle();
    await Promise.all(this.all().map((proxy) => proxy.stop()));
    this.#proxies.clear();
  }

  /** Does something when nobody else does anything with the name. */
  async #inTurn<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result> {
    return await this.#turns.take(name, () => {
      if (this.#isClosed) throw new ApiError(503, "the server is being closed");
      return work();
    });
  }

  async #add(
    proxy: HostedProxy,
    { enabled = true, arm: toxics }: ProxyInput,
  ): Promise<ProxyMessage> {
    for (const toxic of toxics) await proxy.addToxic(toxic);
    if (enabled) await proxy.start();
    this.#proxies.set(proxy.name, proxy);
    return proxy.message;
  }
}

function required({ name, listen = "", upstream }: ProxyInput, where = "") {
  if (!name) throw missingField(`name${where}`);
  if (!upstream) throw missingField(`upstream${where}`);
  return { name, place: { listen, upstream } };
}
