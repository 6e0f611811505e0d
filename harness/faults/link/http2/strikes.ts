/** Actions that strike at one moment of a stream's life and end it, or its connection. */
import { ERROR, ERROR_NAMES } from "../../../wire/frame.ts";
import type { HeaderField } from "../../../wire/hpack/header_field.ts";
import { STATUS } from "../../../model/grpc_status.ts";
import type { Http2Stream } from "./http2_stream.ts";
import type { RulePlan } from "./rule_book.ts";
import type { ActionSpec, Moment } from "./rule_spec.ts";
import type { Wires } from "./wires.ts";

type Abort = Extract<ActionSpec, { kind: "abort" }>;

/**
 * Has all plans of a moment strike, in their order, until one has ended the stream.
 *
 * @returns Whether the stream lives on.
 */
export function strikeAt(moment: Moment, stream: Http2Stream, wires: Wires): boolean {
  for (const plan of stream.plans) {
    if (stream.isKilled) return false;
    if (plan.isOn && !plan.isStruck && "when" in plan.action && plan.action.when === moment) {
      strike(plan, plan.action, stream, wires);
    }
  }
  return !stream.isKilled;
}

/** Whether any plan waits for a moment. */
export function awaits(moment: Moment, stream: Http2Stream): boolean {
  return stream.plans.some((plan) =>
    plan.isOn && !plan.isStruck && "when" in plan.action && plan.action.when === moment
  );
}

function strike(
  plan: RulePlan,
  action: Extract<ActionSpec, { when: Moment }>,
  stream: Http2Stream,
  wires: Wires,
): void {
  plan.strike();
  switch (action.kind) {
    case "abort":
      answer(action, stream, wires);
      wires.kill(stream);
      break;
    case "rstStream":
      wires.sendReset("down", stream, codeOf(action.code));
      wires.kill(stream);
      break;
    case "goaway": {
      const lastId = action.lastStreamId === "this" ? stream.id : stream.previousId;
      wires.parting.announce({ code: codeOf(action.code), lastId, isGraceful: action.graceful });
    }
  }
  wires.confirm("down", stream, plan);
}

/** What a server would say that fails the call: an answer, or the end of the one that has begun. */
function answer(abort: Abort, stream: Http2Stream, wires: Wires): void {
  wires.sendHeaders("down", stream, fieldsOf(abort, stream.isAnswered), { endStream: true });
  // The answer is whole without the rest of the request (RFC 9113, section 8.1).
  if (!stream.ended.up) wires.sendReset("down", stream, ERROR.noError);
}

function fieldsOf(abort: Abort, isAnswered: boolean): readonly HeaderField[] {
  if (abort.httpStatus !== undefined) return [[":status", String(abort.httpStatus)], ["content-length", "0"]];
  const front: HeaderField[] = isAnswered ? [] : [[":status", "200"], ["content-type", "application/grpc"]];
  const status = abort.grpcStatus ?? STATUS.UNKNOWN;
  const code = typeof status === "number" ? status : STATUS[status as keyof typeof STATUS];
  const fields: HeaderField[] = [...front, ["grpc-status", String(code)]];
  if (abort.message !== "") fields.push(["grpc-message", encodeMessage(abort.message)]);
  return fields;
}

/** Percent-encoding of `grpc-message` (PROTOCOL-HTTP2.md of grpc/grpc): nothing else than what must be. */
function encodeMessage(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent);
}

/** The number of an error code. */
export function codeOf(code: string | number): number {
  return typeof code === "number" ? code : ERROR_NAMES.indexOf(code);
}
