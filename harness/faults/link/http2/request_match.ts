import picomatch from "picomatch";
import { randomStream } from "../../../model/random.ts";
import type { HeaderField } from "../../../wire/hpack/header_field.ts";
import type { MatchSpec } from "./rule_spec.ts";

/** Decides which requests a rule strikes. It counts, so each request must be asked about once, in the order of arrival. */
export class RequestMatch {
  readonly #spec: MatchSpec;
  readonly #isMethod: (path: string) => boolean;
  readonly #headers: readonly (readonly [name: string, holds: (value: string) => boolean])[];
  readonly #key: readonly [seed: number, link: string, rule: string];
  #seen = 0;

  /**
   * @param spec What must hold.
   * @param seed With the names of link and rule the key of the share's random streams.
   */
  constructor(spec: MatchSpec, seed: number, link: string, rule: string) {
    this.#spec = spec;
    this.#key = [seed, link, rule];
    this.#isMethod = spec.method === undefined ? () => true : picomatch(spec.method, { dot: true });
    this.#headers = Object.entries(spec.header ?? {}).map(([name, wanted]) => {
      if (typeof wanted === "string") return [name, (value: string) => value === wanted] as const;
      const regex = new RegExp(wanted.regex);
      return [name, (value: string) => regex.test(value)] as const;
    });
  }

  /** Requests so far that hold to method and header. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * Whether this request is one to strike.
   *
   * @param path `:path` without its query.
   * @param fields All fields; one of several values of a name is enough.
   */
  strikes(path: string, fields: readonly HeaderField[]): boolean {
    if (!this.#isMethod(path)) return false;
    for (const [name, holds] of this.#headers) {
      if (!fields.some((field) => field[0] === name && holds(field[1]))) return false;
    }
    const ordinal = ++this.#seen;
    const { nth, share } = this.#spec;
    if (nth !== undefined && !("every" in nth ? ordinal % nth.every === 0 : ordinal === nth.exactly)) {
      return false;
    }
    return share === undefined || randomStream(...this.#key, ordinal)() < share;
  }
}
