/** One connection of HTTP/1.1: a request, its answer, the next request. */
import type { ClientTls, Transport } from "../client/transport.ts";
import { splitAddress } from "../../model/split_address.ts";
import { Http1Answer } from "./http1_answer.ts";
import { Http1Error } from "./http1_head.ts";
import type { PreparedRequest } from "../target.ts";

const BUFFER_BYTES = 16_384;
const HEAD = new TextEncoder().encode("HEAD ");

/** An attempt on its way. */
export interface Http1Attempt {
  readonly index: number;
  readonly plannedT: number;
  readonly request: PreparedRequest;
  deadlineT: number;
  readonly timeoutMs: number;
  sentT: number;
  firstByteT: number;
}

/** Who is told what became of attempts and of the connection. */
export interface Http1Listener {
  onAnswer(attempt: Http1Attempt, status: number, bodyBytes: number): void;
  /** The connection takes the next request. */
  onIdle(connection: Http1Connection): void;
  /** The attempt will have no whole answer; `why` says what was malformed, and is empty when the connection broke. */
  onBroken(attempt: Http1Attempt, why: string): void;
  /** Last of all, once. */
  onEnd(connection: Http1Connection): void;
}

/**
 * Connects by TCP, or by TLS with ALPN `http/1.1`.
 *
 * @throws {TypeError} When the address is not `host:port`.
 * @throws {Deno.errors.ConnectionRefused} And its like, when nobody takes the connection or its handshake fails.
 */
export async function connectHttp1(address: string, tls?: ClientTls): Promise<Transport> {
  const { host, port } = splitAddress(address, "connect to an address");
  const hostname = host.replace(/^\[(.*)\]$/, "$1");
  if (tls === undefined) {
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    return connection;
  }
  const { certificate, servername = hostname, caCerts = [] } = tls;
  const shared = { alpnProtocols: ["http/1.1"], caCerts: [...caCerts] };
  if (servername !== hostname && certificate !== undefined) {
    throw new TypeError(
      `Cannot show a client certificate as servername must be the host of the address, ${hostname}: ` +
        `current value is ${servername}`,
    );
  }
  const pair = certificate === undefined ? {} : { cert: certificate.chain, key: certificate.key };
  const connection = servername === hostname
    ? await Deno.connectTls({ ...shared, hostname, port, ...pair })
    : await Deno.startTls(await Deno.connect({ hostname, port }), { ...shared, hostname: servername });
  try {
    await connection.handshake();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Reads until the peer or {@linkcode close} ends it. */
export class Http1Connection {
  /** What is being answered. */
  attempt: Http1Attempt | undefined;
  /** How many requests were answered. */
  answers = 0;
  /** Resolves when nothing is read any more. */
  readonly ended: Promise<void>;
  readonly #transport: Transport;
  readonly #listener: Http1Listener;
  readonly #answer = new Http1Answer();
  #isClosed = false;
  #lastRequest: PreparedRequest | undefined;
  #lastBytes = new Uint8Array(0);

  constructor(transport: Transport, listener: Http1Listener) {
    this.#transport = transport;
    this.#listener = listener;
    this.ended = this.#read();
  }

  /** Sends a request; the connection must be idle. */
  send(attempt: Http1Attempt): void {
    this.attempt = attempt;
    const { request } = attempt;
    if (request !== this.#lastRequest) {
      this.#lastRequest = request;
      this.#lastBytes = new Uint8Array(request.head.length + request.body.length);
      this.#lastBytes.set(request.head);
      this.#lastBytes.set(request.body, request.head.length);
    }
    this.#answer.begin(HEAD.every((letter, at) => request.head[at] === letter));
    // What broke the writing ends the reading, which says so.
    this.#write(this.#lastBytes).catch(() => this.#closeTransport());
  }

  /** Ends the connection; whoever calls sees to the attempt. */
  close(): void {
    this.attempt = undefined;
    this.#closeTransport();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#transport.write(bytes.subarray(at));
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(BUFFER_BYTES);
    let why = "";
    try {
      for (;;) {
        const length = await this.#transport.read(buffer);
        if (length === null || this.#isClosed) break;
        this.#take(buffer, length);
      }
      if (this.attempt !== undefined && this.#answer.finish()) this.#done();
    } catch (error) {
      if (error instanceof Http1Error) why = error.message;
    }
    this.#closeTransport();
    const { attempt } = this;
    this.attempt = undefined;
    if (attempt !== undefined) this.#listener.onBroken(attempt, why);
    this.#listener.onEnd(this);
  }

  #take(buffer: Uint8Array, length: number): void {
    for (let at = 0; at < length;) {
      if (this.attempt === undefined) return this.#closeTransport(); // nobody asked for this
      if (Number.isNaN(this.attempt.firstByteT)) this.attempt.firstByteT = performance.now();
      at = this.#answer.push(buffer, at, length);
      if (!this.#answer.isDone) continue;
      // What follows an answer at once belongs to no request: it is not taken for the answer of the next one.
      if (at < length) this.#answer.isKeptAlive = false;
      this.#done();
      if (this.#isClosed) return;
    }
  }

  #done(): void {
    const { attempt } = this;
    if (attempt === undefined) return;
    this.attempt = undefined;
    this.answers++;
    const isKept = this.#answer.isKeptAlive && !this.#isClosed;
    if (!isKept) this.#closeTransport();
    this.#listener.onAnswer(attempt, this.#answer.status, this.#answer.bodyBytes);
    if (isKept && !this.#isClosed) this.#listener.onIdle(this);
  }

  #closeTransport(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#transport.close();
    } catch {
      // It has closed itself.
    }
  }
}
