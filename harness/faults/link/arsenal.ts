import type { Address } from "../../model/mesh.ts";
import { randomStream } from "../../model/random.ts";
import { type ArmedFault, once } from "../fault.ts";
import { ArmedShaper } from "./armed_shaper.ts";
import type { LinkConnection } from "./connection.ts";
import type { LinkCounters } from "./counters.ts";
import type { HitBook } from "./hit_book.ts";
import type { LinkListener } from "./listener.ts";
import type { LinkMiddle } from "./stage.ts";
import type { Divert, LinkControl, Shaper, Toxic } from "./toxic.ts";

/** What toxics of a link get their hands on. */
export interface ArsenalOptions {
  /** Of the link. */
  readonly name: string;
  readonly seed: number;
  readonly counters: LinkCounters;
  readonly book: HitBook;
  readonly listener: LinkListener;
  readonly middle: LinkMiddle | undefined;
  /** The connections that are open. */
  readonly open: ReadonlySet<LinkConnection>;
  readonly target: () => Address;
  readonly isAccepting: () => boolean;
}

/** The toxics that are in force on a link. */
export class Arsenal {
  readonly #options: ArsenalOptions;
  #shapers: readonly ArmedShaper[] = [];
  readonly #diverts = new Set<Divert>();
  readonly #arrivals = new Set<(connection: LinkConnection) => void>();
  readonly #armed = new Set<ArmedFault>();

  constructor(options: ArsenalOptions) {
    this.#options = options;
  }

  /**
   * Puts a toxic in force.
   *
   * @param name Of its fault.
   * @throws {RangeError} When its share is not between 0 and 1.
   */
  async arm(toxic: Toxic, name = `${this.#options.name}/${toxic.kind}`): Promise<ArmedFault> {
    const { share = 1 } = toxic;
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(
        `Cannot arm ${toxic.kind} as its share must be between 0 and 1: current value is ${share}`,
      );
    }
    const { book, listener, target } = this.#options;
    book.open(name);
    const inForce = await toxic.arm(this.#control(toxic, name, share));
    const ofShare = share === 1 ? "" : ` for ${share * 100} % of the connections`;
    const fault: ArmedFault = {
      name,
      detail: `${toxic.detail}${ofShare} on link ${this.#options.name} (${listener.address} to ${target()})`,
      witness: async () => await inForce.witness(),
      heal: once(async () => {
        this.#armed.delete(fault);
        await inForce.heal();
      }),
    };
    this.#armed.add(fault);
    return fault;
  }

  /** Heals all that is in force. */
  async healAll(): Promise<void> {
    await Promise.allSettled([...this.#armed].map((fault) => fault.heal()));
  }

  /** Where a new connection goes in place of the target, if anywhere. */
  divert(ordinal: number): Address | undefined {
    for (const divert of this.#diverts) {
      const address = divert(ordinal);
      if (address !== undefined) return address;
    }
    return undefined;
  }

  /** Has a new connection shaped, and tells of it. */
  greet(connection: LinkConnection): void {
    connection.shape(this.#shapers, false);
    for (const told of [...this.#arrivals]) told(connection);
  }

  #control(toxic: Toxic, faultName: string, share: number): LinkControl {
    const { name, seed, counters, book, listener, middle, open, target } = this.#options;
    const strikes = (ordinal: number) =>
      share === 1 || randomStream(seed, name, faultName, "share", ordinal)() < share;
    return {
      name,
      seed,
      address: listener.address,
      target: target(),
      faultName,
      counters,
      middle,
      strikes,
      isAccepting: this.#options.isAccepting,
      connections: () => [...open],
      onConnection: (told) => {
        this.#arrivals.add(told);
        return () => this.#arrivals.delete(told);
      },
      shape: (shaper) => this.#shape(shaper, strikes, faultName, toxic.detail),
      divert: (divert) => {
        const ofShare: Divert = (ordinal) => strikes(ordinal) ? divert(ordinal) : undefined;
        this.#diverts.add(ofShare);
        return () => this.#diverts.delete(ofShare);
      },
      reconsider: () => open.forEach((connection) => connection.reconsider()),
      hit: (hit) => book.hit(faultName, hit),
      count: (passed) => book.count(faultName, passed),
      closeListener: () => listener.close(),
      openListener: () => listener.reopen(),
    };
  }

  #shape(shaper: Shaper, strikes: (ordinal: number) => boolean, fault: string, detail: string): () => void {
    const armed = new ArmedShaper(shaper, strikes, { book: this.#options.book, fault, detail });
    const put = (shapers: readonly ArmedShaper[], isHealed: boolean) => {
      this.#shapers = shapers;
      for (const connection of [...this.#options.open]) connection.shape(shapers, isHealed);
    };
    put([...this.#shapers, armed], false);
    return () => put(this.#shapers.filter((other) => other !== armed), true);
  }
}
