import type { HandshakeEvent, Recorder } from "../model/event.ts";
import type { CallRequest } from "./call.ts";
import { ID_HEADER } from "./call_ledger.ts";
import { HandshakeError, openTlsSession, type PeerView, type TlsPeerOptions } from "./tls_session.ts";

/** A handshake and one call after it. */
export interface TlsProbeOptions extends TlsPeerOptions {
  /** Request metadata of the call; `x-meshproof-id` is `probe` when it names none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a probe went; the fields are those of a {@linkcode HandshakeEvent}. */
export interface TlsProbeResult extends Pick<HandshakeEvent, "outcome" | "serial" | "protocol" | "detail"> {
  /** gRPC status of the call; empty when the handshake failed. */
  readonly status: string;
}

/** Answers by which a server refuses the peer, though it speaks with it. */
const REFUSALS: ReadonlySet<string> = new Set(["PERMISSION_DENIED", "UNAUTHENTICATED"]);

/**
 * Connects as a TLS peer and makes one real call. Only an answered call is `served`: with TLS 1.3 a client sees its
 * handshake complete before the server has looked at the client's certificate. An answer that refuses the peer
 * itself (PERMISSION_DENIED, UNAUTHENTICATED, HTTP 401 or 403) is `refused`.
 *
 * @param options The peer, and who the probe is.
 * @throws {TypeError} When the address is no address. Whatever goes wrong on the wire is a result.
 */
export async function probeTls(options: TlsProbeOptions): Promise<TlsProbeResult> {
  const request: CallRequest = {
    id: options.headers?.[ID_HEADER] ?? "probe",
    phase: "probe",
    service: "",
    deadlineMs: options.timeoutMs ?? 5000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  try {
    await using session = await openTlsSession(options, UNRECORDED);
    const answer = await session.callRaw(request, {
      [ID_HEADER]: request.id,
      ...lowerCase(options.headers ?? {}),
    });
    const isServed = answer.httpStatus !== 0 && !REFUSALS.has(answer.status);
    return {
      ...seen(session.peer),
      outcome: isServed ? "served" : "refused",
      status: answer.status,
      detail: answer.message,
    };
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    return { ...seen(error.peer), outcome: "refused", status: "", detail: error.message };
  }
}

function seen(peer: PeerView): Pick<TlsProbeResult, "serial" | "protocol"> {
  return { serial: peer.serial, protocol: peer.protocol };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A probe is not a call of the scenario: its result is recorded by who asked for it. */
const UNRECORDED: Recorder = {
  record: () => {},
  now: () => performance.now(),
  fromEpoch: (epochMs) => epochMs,
};
