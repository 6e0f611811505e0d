import { errorText } from "../../../model/error_text.ts";
import type { LinkConnection } from "../connection.ts";
import { type LocalLink, openLink } from "../link.ts";
import type { LinkProtocol } from "../protocol.ts";
import { checkUpstream, listenPlace } from "./address.ts";
import { ApiError } from "./api_error.ts";
import { endConnections } from "./end_connections.ts";
import type { ConnectionEdge, HostOptions } from "./host_options.ts";
import { HostedToxics } from "./hosted_toxics.ts";
import type {
  ProxyInput,
  ProxyMessage,
  ProxyPlace,
  ToxicChange,
  ToxicInput,
  ToxicMessage,
} from "./messages.ts";
import { type Hits, ProxyBooks, type Traffic } from "./proxy_books.ts";

/** What a proxy is made from. */
export interface HostedProxyInput extends ProxyPlace {
  readonly name: string;
  readonly protocol?: LinkProtocol | undefined;
}

/**
 * A proxy of the API: a link that is opened and closed as the proxy is enabled and disabled, and toxics that outlive
 * it. Whoever calls sees to it that calls do not overlap.
 */
export class HostedProxy {
  readonly name: string;
  readonly toxics: HostedToxics;
  readonly #options: HostOptions;
  readonly #protocol: LinkProtocol;
  readonly #books = new ProxyBooks();
  #place: ProxyPlace;
  #link: LocalLink | undefined;

  /** @throws {ApiError} When an address is none, or may not be used. */
  constructor(input: HostedProxyInput, options: HostOptions) {
    this.name = input.name;
    this.toxics = new HostedToxics(options.types);
    this.#options = options;
    this.#protocol = input.protocol ?? options.protocol;
    this.#place = this.#checked(input);
  }

  /** Whether it takes connections. */
  get enabled(): boolean {
    return this.#link !== undefined;
  }

  /** What the API shows. */
  get message(): ProxyMessage {
    return { name: this.name, ...this.#place, enabled: this.enabled, toxics: this.toxics.messages };
  }

  /** Whether a proxy at `place` would be another than this one. */
  differs(place: ProxyPlace): boolean {
    const { bind, port } = listenPlace(place.listen, this.#options);
    return `${bind}:${port}` !== this.#place.listen || place.upstream !== this.#place.upstream;
  }

  /**
   * Takes connections, with the toxics in force from the first one on; does nothing where it does already.
   *
   * @throws {ApiError} 500 when it cannot listen there, 400 when the link cannot do what a toxic wants.
   */
  async start(): Promise<void> {
    if (this.#link !== undefined) return;
    const { recorder, seed, onConnection } = this.#options;
    const { bind, port } = listenPlace(this.#place.listen, this.#options);
    const { name } = this;
    const protocol = this.#protocol;
    const target = this.#place.upstream;
    let link: LocalLink | undefined;
    const told = onConnection &&
      ((edge: ConnectionEdge, { ordinal, bytesOut }: LinkConnection) =>
        onConnection({
          proxy: name,
          connection: ordinal,
          edge,
          ...(edge === "ended" ? { cause: link?.counters.ended.at(-1)?.cause ?? "", bytesOut } : {}),
        }));
    try {
      link = await this.toxics.openWith((toxics) =>
        openLink({
          name,
          target,
          bind,
          port,
          seed,
          recorder,
          protocol,
          toxics,
          ...(told === undefined ? {} : { onConnection: told }),
        })
      );
    } catch (error) {
      // What the system refuses has a code, such as EADDRINUSE; anything else is what a toxic wants.
      throw error instanceof Error && "code" in error
        ? new ApiError(500, `listen tcp ${bind}:${port}: ${errorText(error)}`)
        : new ApiError(400, `proxy ${name} cannot be opened: ${errorText(error)}`);
    }
    this.#link = link;
    this.#place = { ...this.#place, listen: link.address };
  }

  /** Takes no more connections and ends those that there are, in order, as Toxiproxy does. */
  async stop(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    this.#link = undefined;
    const cause = "the proxy was disabled";
    await link.arm(endConnections({ cause, closesPort: true }), cause);
    await this.toxics.disarm();
    await link.close();
    const { hits: { [cause]: _, ...hits }, ...books } = await link.books();
    this.#books.close(this.#place, { ...books, hits });
  }

  /** What went through it, by the places that it has had. */
  async traffic(): Promise<readonly Traffic[]> {
    return this.#books.traffic(await this.#open());
  }

  /** What each toxic did, by its name; those that are gone are among them. */
  async hits(): Promise<Hits> {
    return this.#books.hits((await this.#open())?.books);
  }

  /**
   * Moves it, and enables or disables it; what is not named stays. Moving ends all connections.
   *
   * @throws {ApiError} When an address is none or may not be used, with nothing changed; or when it cannot listen
   * there, with the proxy disabled.
   */
  async update(input: ProxyInput): Promise<void> {
    const { listen = this.#place.listen, upstream = this.#place.upstream, enabled = this.enabled } = input;
    const place = this.#checked({ listen, upstream });
    if (this.differs(place)) {
      await this.stop();
      this.#place = place;
    }
    await (enabled ? this.start() : this.stop());
  }

  /** Puts a toxic in force. @throws {ApiError} 409 when there is one of that name, 400 when it cannot be made. */
  addToxic(input: ToxicInput): Promise<ToxicMessage> {
    return this.toxics.add(input, this.#link);
  }

  /** @throws {ApiError} 404 when there is none of that name, 400 when it cannot be changed so. */
  changeToxic(name: string, change: ToxicChange): Promise<ToxicMessage> {
    return this.toxics.change(name, change, this.#link);
  }

  /** @throws {ApiError} 404 when there is none of that name. */
  removeToxic(name: string): Promise<void> {
    return this.toxics.remove(name, this.#link);
  }

  /** Takes connections, with no toxic in force. */
  async reset(): Promise<void> {
    await this.start();
    await this.toxics.clear(this.#link);
  }

  async #open() {
    return this.#link && { place: this.#place, books: await this.#link.books() };
  }

  #checked({ listen, upstream }: ProxyPlace): ProxyPlace {
    listenPlace(listen, this.#options);
    return { listen, upstream: checkUpstream(upstream, this.#options) };
  }
}
