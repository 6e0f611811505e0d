/** The harness as a mutual-TLS peer with an HTTP/2 connection that stays open. */
import tls from "node:tls";
import { errorText } from "../model/error_text.ts";
import type { Address, KeyPair } from "../model/mesh.ts";
import type { Recorder } from "../model/event.ts";
import { splitAddress } from "../model/split_address.ts";
import type { Caller, CallRequest } from "./call.ts";
import { openEntry } from "./call_ledger.ts";
import { callEcho, type CallPath, type EchoOutcome } from "./client/echo_call.ts";
import { Http2Connection } from "./client/http2_connection.ts";
import { TlsTransport } from "./client/tls_transport.ts";

/** Whom to connect to, and as whom. */
export interface TlsPeerOptions {
  readonly address: Address;
  /** The client's own pair; absent shows none. */
  readonly certificate?: Pick<KeyPair, "chain" | "key">;
  /** Roots in PEM that the server's chain must lead to. */
  readonly trustBundle: string;
  /** Name sent (SNI) and demanded of the server's certificate. @default "localhost" */
  readonly servername?: string;
  readonly signal?: AbortSignal;
  /** Limit of the handshake. @default 5000 */
  readonly timeoutMs?: number;
  /** Lowest and highest version to offer; Node's defaults (1.2, 1.3) when absent. */
  readonly minVersion?: tls.SecureVersion;
  readonly maxVersion?: tls.SecureVersion;
}

/** What the handshake showed. */
export interface PeerView {
  /** Serial of the leaf that the server showed, lower-case hex. */
  readonly serial: string;
  /** `TLSv1.3` and the like. */
  readonly protocol: string;
  /** Protocol that ALPN chose; empty when none was. */
  readonly alpn: string;
}

/** An open session; its calls are in the client ledger. */
export interface TlsSession extends Caller, AsyncDisposable {
  readonly peer: PeerView;
  /** False once either side closed it. */
  readonly isOpen: boolean;
  /** One call that is not recorded. */
  callRaw(request: CallRequest, headers: Readonly<Record<string, string>>): Promise<EchoOutcome>;
  close(): Promise<void>;
}

/** The handshake failed as the client saw it; what was learnt of the peer before is kept. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
  constructor(message: string, readonly peer: PeerView, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Opens a session: TCP, TLS with ALPN `h2`, HTTP/2. With TLS 1.3 an open session does not prove that the server
 * accepted the client's certificate (its refusal comes after the client's part of the handshake): a call does.
 *
 * @param options The peer.
 * @param recorder Where the ledger of the session's calls goes.
 * @throws {HandshakeError} When the connection or its handshake fails, is aborted, or is not done in time.
 */
export async function openTlsSession(options: TlsPeerOptions, recorder: Recorder): Promise<TlsSession> {
  const { socket, peer } = await handshake(options);
  const connection = new Http2Connection(new TlsTransport(socket));
  const path: CallPath = { authority: options.address, scheme: "https", connection: () => connection };
  const close = async () => {
    connection.destroy("the session was closed");
    await connection.ended;
  };
  return {
    peer,
    get isOpen() {
      return connection.isOpen;
    },
    callRaw: (request, headers) => callEcho(path, request, headers),
    async call(request) {
      const entry = openEntry(recorder, request);
      return entry.end(await callEcho(path, request, entry.headers));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function handshake(options: TlsPeerOptions): Promise<{ socket: tls.TLSSocket; peer: PeerView }> {
  const { address, certificate, signal, timeoutMs = 5000 } = options;
  const { host, port } = splitAddress(address, "connect to an address");
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port,
      servername: options.servername ?? "localhost",
      ALPNProtocols: ["h2"],
      ca: options.trustBundle,
      ...(certificate === undefined ? {} : { cert: certificate.chain, key: certificate.key }),
      ...(options.minVersion === undefined ? {} : { minVersion: options.minVersion }),
      ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
    });
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("secureConnect", onSecure);
    };
    const fail = (reason: string, cause?: unknown) => {
      settle();
      const peer = viewOf(socket);
      socket.destroy();
      reject(new HandshakeError(`TLS handshake with ${address} failed: ${reason}`, peer, { cause }));
    };
    const onAbort = () => fail("aborted");
    const onSecure = () => {
      const peer = viewOf(socket);
      if (peer.alpn !== "h2") return fail(`ALPN h2 was offered, the server chose ${peer.alpn || "nothing"}`);
      settle();
      resolve({ socket, peer });
    };
    const timer = setTimeout(() => fail(`not complete within ${timeoutMs} ms`), timeoutMs);
    // Stays on for the life of the socket: a late error (such as a TLS 1.3 alert) must never be unhandled.
    socket.on("error", (error) => fail(textOf(error), error));
    socket.once("close", () => fail("the server closed the connection"));
    socket.once("secureConnect", onSecure);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function viewOf(socket: tls.TLSSocket): PeerView {
  try {
    return {
      serial: (socket.getPeerCertificate()?.serialNumber ?? "").toLowerCase(),
      protocol: socket.getProtocol() ?? "",
      alpn: socket.alpnProtocol || "",
    };
  } catch {
    return { serial: "", protocol: "", alpn: "" }; // no handshake state to ask: the connection never stood
  }
}

/** An error in words, with its code where it has one. */
function textOf(error: unknown): string {
  const code = (error as { code?: string }).code;
  const text = errorText(error);
  return code === undefined || text.includes(code) ? text : `${code}: ${text}`;
}
