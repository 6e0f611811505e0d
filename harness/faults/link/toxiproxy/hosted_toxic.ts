import { errorText } from "../../../model/error_text.ts";
import type { ArmedFault } from "../../fault.ts";
import type { LocalLink, NamedToxic } from "../link.ts";
import type { Direction, Toxic } from "../toxic.ts";
import { ApiError, badRequestBody, invalidStream, invalidToxicType } from "./api_error.ts";
import { endConnections } from "./end_connections.ts";
import type { Attributes, ToxicChange, ToxicInput, ToxicMessage } from "./messages.ts";
import type { ToxicType } from "./toxic_type.ts";

const DIRECTIONS: Readonly<Record<string, Direction>> = { upstream: "up", downstream: "down" };

/** What may change of a toxic. */
interface Parameters {
  readonly toxicity: number;
  readonly attributes: Attributes;
  /** What does it on a link; nothing does where nothing is to be done. */
  readonly toxic: Toxic | undefined;
}

/** A toxic of a proxy: what the API shows of it, and what it is on the link while there is one. */
export class HostedToxic {
  readonly name: string;
  readonly direction: Direction;
  readonly #type: ToxicType;
  readonly #stream: string;
  #parameters: Parameters;
  #armed: ArmedFault | undefined;

  /**
   * Makes a toxic that is in force nowhere yet.
   *
   * @param input What the request says; without a name it is called `<type>_<stream>`.
   * @param types All types there are.
   * @throws {ApiError} 400 when the stream or the type is none, or a parameter is not what it must be.
   */
  constructor(input: ToxicInput, types: ReadonlyMap<string, ToxicType>) {
    const { type = "", toxicity = 1 } = input;
    this.#stream = input.stream || "downstream";
    const direction = DIRECTIONS[this.#stream.toLowerCase()];
    if (direction === undefined) throw invalidStream();
    this.direction = direction;
    const known = types.get(type);
    if (known === undefined) throw invalidToxicType();
    this.#type = known;
    this.name = input.name || `${type}_${this.#stream}`;
    this.#parameters = this.#made(toxicity, known.read(input.attributes));
  }

  /** What the API shows. */
  get message(): ToxicMessage {
    const { attributes, toxicity } = this.#parameters;
    return { attributes, name: this.name, type: this.#type.type, stream: this.#stream, toxicity };
  }

  /** What a link is opened with; nothing where nothing is to be done. */
  get named(): NamedToxic | undefined {
    const { toxic } = this.#parameters;
    return toxic && { toxic, name: this.name };
  }

  /** Takes over what a link was opened with. */
  adopt(armed: ArmedFault): void {
    this.#armed = armed;
  }

  /**
   * Puts the toxic in force, in place of what is in force of it: never is there neither.
   *
   * @throws {ApiError} 400 when the link cannot do it.
   */
  async arm(link: LocalLink): Promise<void> {
    const { toxic } = this.#parameters;
    const before = this.#armed;
    try {
      this.#armed = toxic && await link.arm(toxic, this.name);
    } catch (error) {
      throw new ApiError(400, `toxic ${this.name} cannot be put in force: ${errorText(error)}`);
    }
    await before?.heal();
  }

  /** Takes the toxic out of force. */
  async disarm(): Promise<void> {
    const armed = this.#armed;
    this.#armed = undefined;
    await armed?.heal();
  }

  /**
   * Takes the toxic out of force for good.
   *
   * @param link Where it is in force, if it is.
   */
  async remove(link: LocalLink | undefined): Promise<void> {
    const { toxic } = this.#parameters;
    if (link !== undefined && toxic !== undefined && this.#type.endsConnections) {
      const share = toxic.share ?? 1;
      await link.arm(
        endConnections({ cause: `${this.name} was removed`, closesPort: false, share }),
        this.name,
      );
    }
    await this.disarm();
  }

  /**
   * Changes parameters; type, name and stream stay what they are.
   *
   * @param link Where it is in force, if it is.
   * @throws {ApiError} 400 when a parameter is not what it must be; nothing is changed then.
   */
  async change(change: ToxicChange, link: LocalLink | undefined): Promise<void> {
    const before = this.#parameters;
    const attributes = this.#type.read(change.attributes, before.attributes);
    this.#parameters = this.#made(change.toxicity ?? before.toxicity, attributes);
    if (link === undefined) return;
    try {
      await this.arm(link);
    } catch (error) {
      this.#parameters = before;
      throw error;
    }
  }

  #made(toxicity: number, attributes: Attributes): Parameters {
    const share = Math.min(1, Math.max(0, toxicity));
    try {
      return { toxicity, attributes, toxic: this.#type.make(attributes, this.direction, share) };
    } catch (error) {
      throw error instanceof ApiError ? error : badRequestBody(`attributes: ${errorText(error)}`);
    }
  }
}
