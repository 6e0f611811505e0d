import type { Recorder, StatusName } from "../model/event.ts";
import type { CallRequest, CallResult } from "./call.ts";
import { decodeEchoResponse, echoPath } from "./echo_schema.ts";
import { newTraceContext, traceparent } from "./trace_context.ts";

/** Source of every event that the client ledger writes. */
export const CLIENT = "client";

/** Header in which every call carries its id. */
export const ID_HEADER = "x-meshproof-id";

/** Header (or, in a trailers-only answer, trailer) in which an instance names itself. */
export const INSTANCE_HEADER = "x-meshproof-instance";

/** How the wire saw a call end. */
export interface WireOutcome {
  readonly status: StatusName;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
  readonly messages: number;
  readonly lastMessage?: Uint8Array;
}

/** A call that is in the ledger as sent. */
export interface OpenEntry {
  /** All request metadata, lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly sentT: number;
  /** Writes the end of the call and gives its result. */
  end(outcome: WireOutcome): CallResult;
}

/**
 * Writes `request.sent` for a call, and by the returned entry `request.answered` and, for a traced call, its span.
 *
 * @param recorder Where the events go.
 * @param request The call.
 */
export function openEntry(recorder: Recorder, request: CallRequest): OpenEntry {
  const method = request.method ?? "Call";
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  headers[ID_HEADER] = request.id;
  if (request.behaviour !== undefined) headers["rpc-behavior"] = request.behaviour;
  const context = request.trace === true ? newTraceContext() : undefined;
  if (context !== undefined) headers["traceparent"] = traceparent(context);

  const sentT = recorder.now();
  recorder.record(CLIENT, {
    kind: "request.sent",
    id: request.id,
    phase: request.phase,
    service: request.service,
    method,
    headers,
    plannedT: request.plannedT ?? sentT,
    deadlineMs: request.deadlineMs,
    ...(context ?? {}),
  }, sentT);

  const end = (outcome: WireOutcome): CallResult => {
    const answeredT = recorder.now();
    const { status, message, headers: answerHeaders, trailers } = outcome;
    const instance = answerHeaders[INSTANCE_HEADER] ?? trailers[INSTANCE_HEADER] ?? "";
    recorder.record(
      CLIENT,
      {
        kind: "request.answered",
        id: request.id,
        status,
        message,
        instance,
        headers: answerHeaders,
        trailers,
      },
      answeredT,
    );
    if (context !== undefined) {
      recorder.record(CLIENT, {
        kind: "span",
        ...context,
        parentSpanId: "",
        name: echoPath(method).slice(1),
        spanKind: "client",
        serviceName: CLIENT,
        startT: sentT,
        endT: answeredT,
        status: status === "OK" ? "unset" : "error",
        attributes: { "meshproof.id": request.id, "rpc.grpc.status_code": status, "rpc.method": method },
      }, answeredT);
    }
    return {
      id: request.id,
      status,
      message,
      instance,
      headers: answerHeaders,
      trailers,
      sentT,
      answeredT,
      messages: outcome.messages,
      service: serviceOf(outcome.lastMessage),
    };
  };
  return { headers, sentT, end };
}

function serviceOf(message: Uint8Array | undefined): string {
  if (message === undefined) return "";
  try {
    return decodeEchoResponse(message).service;
  } catch {
    return ""; // not an EchoResponse: the transport's outcome stands, and the ledger has it
  }
}
