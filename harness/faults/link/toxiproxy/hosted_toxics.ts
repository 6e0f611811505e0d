import type { ArmedFault } from "../../fault.ts";
import type { LocalLink, NamedToxic } from "../link.ts";
import { toxicAlreadyExists, toxicNotFound } from "./api_error.ts";
import { HostedToxic } from "./hosted_toxic.ts";
import type { ToxicChange, ToxicInput, ToxicMessage } from "./messages.ts";
import type { ToxicType } from "./toxic_type.ts";

/** The toxics of one proxy, in the order in which they act. `link` is always the one that is open, if one is. */
export class HostedToxics {
  readonly #types: ReadonlyMap<string, ToxicType>;
  #toxics: readonly HostedToxic[] = [];

  constructor(types: ReadonlyMap<string, ToxicType>) {
    this.#types = types;
  }

  /** What the API shows: those of `upstream` first. */
  get messages(): readonly ToxicMessage[] {
    const all = (direction: string) => this.#toxics.filter((toxic) => toxic.direction === direction);
    return [...all("up"), ...all("down")].map((toxic) => toxic.message);
  }

  /** @throws {ApiError} 404 when there is none of that name. */
  get(name: string): HostedToxic {
    const found = this.#toxics.find((toxic) => toxic.name === name);
    if (found === undefined) throw toxicNotFound();
    return found;
  }

  /** @throws {ApiError} 409 when there is one of that name, 400 when it cannot be made. */
  async add(input: ToxicInput, link: LocalLink | undefined): Promise<ToxicMessage> {
    const toxic = new HostedToxic(input, this.#types);
    if (this.#toxics.some(({ name }) => name === toxic.name)) throw toxicAlreadyExists();
    if (link !== undefined) await toxic.arm(link);
    this.#toxics = [...this.#toxics, toxic];
    return toxic.message;
  }

  /** @throws {ApiError} 404 when there is none of that name, 400 when it cannot be changed so. */
  async change(name: string, change: ToxicChange, link: LocalLink | undefined): Promise<ToxicMessage> {
    const toxic = this.get(name);
    await toxic.change(change, link);
    return toxic.message;
  }

  /** @throws {ApiError} 404 when there is none of that name. */
  async remove(name: string, link: LocalLink | undefined): Promise<void> {
    const toxic = this.get(name);
    this.#toxics = this.#toxics.filter((each) => each !== toxic);
    await toxic.remove(link);
  }

  /** Removes all. */
  async clear(link: LocalLink | undefined): Promise<void> {
    for (const { name } of this.#toxics) await this.remove(name, link);
  }

  /**
   * Opens a link with all of them in force.
   *
   * @param open Opens it with the toxics that it is given.
   */
  async openWith(open: (toxics: readonly NamedToxic[]) => Promise<LocalLink>): Promise<LocalLink> {
    const acting = this.#toxics.filter((toxic) => toxic.named !== undefined);
    const link = await open(acting.flatMap(({ named }) => named ?? []));
    link.armed.forEach((armed: ArmedFault, index) => acting[index]?.adopt(armed));
    return link;
  }

  /** Takes all out of force; they stay in the list. */
  async disarm(): Promise<void> {
    for (const toxic of this.#toxics) await toxic.disarm();
  }
}
