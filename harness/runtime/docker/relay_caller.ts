import net from "node:net";
import { errorText } from "../../model/error_text.ts";
import type { Address } from "../../model/mesh.ts";
import { splitAddress } from "../../model/split_address.ts";
import { firstLine } from "./first_line.ts";
import { resetSocket } from "./splice.ts";
import {
  DIAL_LIMIT_MS,
  jsonOrUndefined,
  LONGEST_LINE_BYTES,
  relayAnswerSchema,
  type RelayRequest,
} from "./tunnel_protocol.ts";

/** How the relay of a run is reached. */
export interface RelayAccess {
  /** Where its port is published on loopback. */
  readonly relay: Address;
  /** Secret of the run. */
  readonly token: string;
}

/** The tunnel cannot carry: the relay is gone, is another one, or the tunnel was closed. */
export class TunnelError extends Error {
  override readonly name = "TunnelError";
}

/** The relay is there and could not do what it was asked. */
export class RelayRefusal extends Error {
  override readonly name = "RelayRefusal";

  constructor(
    /** Code of the operating system, such as `ECONNREFUSED`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A request without the token. */
export type RelayQuestion = RelayRequest extends infer Request
  ? Request extends { token: string } ? Omit<Request, "token"> : never
  : never;

/** The relay's answer, and the connection on which it came. */
export interface Answered {
  /** Paused after the answer. */
  readonly socket: net.Socket;
  readonly port: number | undefined;
  readonly knock: string | undefined;
}

/** Over which the relay, which has nothing to wait for, counts as gone. */
const ANSWER_LIMIT_MS = 10_000;

/** Asks the relay, one connection a question, and notices when it is gone. */
export class RelayCaller {
  /** Resolves when the relay is gone. */
  readonly lost: Promise<TunnelError>;
  readonly #access: RelayAccess;
  readonly #target: { host: string; port: number };
  readonly #open = new Set<net.Socket>();
  readonly #lose: (error: TunnelError) => void;
  /** Why nothing can be asked any more. */
  #ended: TunnelError | undefined;

  private constructor(access: RelayAccess) {
    this.#access = access;
    this.#target = splitAddress(access.relay, "reach a relay at an address");
    const { promise, resolve } = Promise.withResolvers<TunnelError>();
    this.lost = promise;
    this.#lose = resolve;
  }

  /** @throws {TunnelError} When nothing answers there, or the token is wrong. */
  static async open(access: RelayAccess): Promise<RelayCaller> {
    const caller = new RelayCaller(access);
    const { socket } = await caller.ask({ verb: "hello" });
    const lose = () => caller.#fail();
    socket.on("end", lose);
    socket.on("close", lose);
    socket.resume();
    if (socket.destroyed) lose();
    return caller;
  }

  /** @throws {TunnelError} When the relay is gone or the tunnel was closed. */
  check(): void {
    if (this.#ended !== undefined) throw new TunnelError(this.#ended.message);
  }

  /**
   * Puts one question on a connection of its own.
   *
   * @param signal Ends the question early.
   * @throws {RelayRefusal} With the relay's own words when it cannot do that.
   * @throws {TunnelError} When it does not answer.
   */
  async ask(question: RelayQuestion, signal?: AbortSignal): Promise<Answered> {
    this.check();
    const socket = net.connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    socket.on("error", () => {});
    const end = () => socket.destroy();
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    try {
      socket.write(`${JSON.stringify({ token: this.#access.token, ...question })}\n`);
      const line = await firstLine(socket, LONGEST_LINE_BYTES, limitOf(question));
      const answer = relayAnswerSchema.parse(jsonOrUndefined(line));
      if ("error" in answer) throw new RelayRefusal(answer.error, answer.message);
      return { socket, port: answer.port, knock: answer.knock };
    } catch (error) {
      socket.destroy();
      if (error instanceof RelayRefusal) throw error;
      this.check();
      throw new TunnelError(
        `The relay at ${this.#access.relay} did not answer "${question.verb}": ${errorText(error)}; ` +
          `see whether its container still runs and was started with this run's token`,
        { cause: error },
      );
    } finally {
      signal?.removeEventListener("abort", end);
    }
  }

  /** Resets every connection to the relay; nothing can be asked after. */
  async close(): Promise<void> {
    this.#end(new TunnelError(`The tunnel to the relay at ${this.#access.relay} was closed`));
    await Promise.all(
      [...this.#open].map((socket) => new Promise((resolve) => socket.once("close", resolve))),
    );
  }

  #fail(): void {
    if (this.#ended !== undefined) return;
    const error = new TunnelError(
      `The relay at ${this.#access.relay} is gone: expected its connection to stay open for the whole run; ` +
        `see why its container has ended, and run again`,
    );
    this.#end(error);
    this.#lose(error);
  }

  #end(error: TunnelError): void {
    this.#ended ??= error;
    for (const socket of this.#open) resetSocket(socket);
  }
}

function limitOf(question: RelayQuestion): number {
  switch (question.verb) {
    case "dial":
      return ANSWER_LIMIT_MS + DIAL_LIMIT_MS;
    case "knock":
      return ANSWER_LIMIT_MS + question.limitMs;
    default:
      return ANSWER_LIMIT_MS;
  }
}
