import type { Hop } from "./echo_schema.ts";
import type { StatusName } from "../model/event.ts";

/** One call of the harness as a caller. */
export interface CallRequest {
  /** Unique in the run; sent as `x-meshproof-id`. */
  readonly id: string;
  /** Phase of the scenario that the call belongs to. */
  readonly phase: string;
  /** Service that is meant, for the ledger; where it goes is the caller's address. */
  readonly service: string;
  /** Request metadata; names are sent in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the answering instance shall do; sent as `rpc-behavior`. */
  readonly behaviour?: string;
  /** Time from sending until the caller gives up. */
  readonly deadlineMs: number;
  /** When the plan wanted it sent, on the recorder's clock; now when absent. */
  readonly plannedT?: number;
  /** Method of `meshproof.v1.Echo`. @default "Call" */
  readonly method?: "Call" | "Stream";
  /** Send a sampled traceparent of a new trace and record the call's own span. @default false */
  readonly trace?: boolean;
  /** Calls that the receiver makes in turn. */
  readonly next?: readonly Hop[];
  /** Make those calls at once. @default false */
  readonly parallel?: boolean;
  readonly payload?: string;
  /** Bytes of padding in the answer. */
  readonly responseSize?: number;
  /** `Stream` only: how many messages. */
  readonly messages?: number;
  /** `Stream` only: pause between two messages. */
  readonly intervalMs?: number;
  /** Cancels the call, which then ends as CANCELLED. */
  readonly signal?: AbortSignal;
  /** Told of each message as it arrives, counted from 1. */
  readonly onMessage?: (count: number) => void;
}

/** How a call ended, as the caller saw it. */
export interface CallResult {
  readonly id: string;
  readonly status: StatusName;
  readonly message: string;
  /** Instance that answered, by its own word; empty when none did. */
  readonly instance: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
  readonly sentT: number;
  readonly answeredT: number;
  /** Messages that arrived. */
  readonly messages: number;
  /** Name of the service in the last message; empty when no message arrived. */
  readonly service: string;
}

/** Makes calls; never rejects, since a call that fails is a result. */
export interface Caller {
  call(request: CallRequest): Promise<CallResult>;
}
