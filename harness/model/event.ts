/**
 * The events of a history. Every event carries `t` (milliseconds since the run began, on one clock that all
 * processes of the machine share), `source` (who saw it) and `kind`. `seq` numbers them in the order written.
 */
export interface EventBase {
  readonly seq: number;
  readonly t: number;
  /** `client`, `upstream:<instance>`, `control`, `registry`, `fault`, `mesh`, `engine`. */
  readonly source: string;
}

/** gRPC status by its name (`OK`, `UNAVAILABLE` ...); see grpc/statuscodes.md. */
export type StatusName = string;

export interface PhaseEvent {
  readonly kind: "phase";
  readonly phase: string;
  readonly edge: "begin" | "end";
}

/** Client ledger: a call leaves the caller. */
export interface RequestSent {
  readonly kind: "request.sent";
  readonly id: string;
  readonly phase: string;
  readonly service: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When the plan wanted it sent, same clock as `t`. */
  readonly plannedT: number;
  readonly deadlineMs: number;
  /** 16 hex digits: the caller's own span; absent when the call carries no traceparent. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** Client ledger: the call ended, as the caller saw it. */
export interface RequestAnswered {
  readonly kind: "request.answered";
  readonly id: string;
  readonly status: StatusName;
  readonly message: string;
  /** The instance that answered, as it named itself in the response; empty when none did. */
  readonly instance: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Upstream ledger: an instance received an attempt. */
export interface AttemptReceived {
  readonly kind: "attempt.received";
  readonly id: string;
  readonly instance: string;
  readonly service: string;
  readonly method: string;
  /** 1 for the first time that this instance sees this request id. */
  readonly ordinal: number;
  readonly headers: Readonly<Record<string, string>>;
  /** IP address that the instance's connection came from. */
  readonly peer?: string;
}

/** Upstream ledger: that attempt ended at the instance. */
export interface AttemptEnded {
  readonly kind: "attempt.ended";
  readonly id: string;
  readonly instance: string;
  readonly ordinal: number;
  readonly status: StatusName;
}

/** A fault's life: `control` (a phase without it was seen to be sound), then begin, witnessed, healed. */
export interface FaultEvent {
  readonly kind: "fault";
  readonly fault: string;
  readonly edge: "begin" | "witnessed" | "healed" | "unwitnessed";
  /** Where the witness stood and what it saw. */
  readonly detail: string;
}

/** A fault of a link struck: which connection, and what was done to it. */
export interface FaultHit {
  readonly kind: "fault.hit";
  readonly fault: string;
  readonly link: string;
  /** 1 for the first connection of the link. */
  readonly connection: number;
  /** `up` is from who connected to the target. */
  readonly direction?: "up" | "down";
  readonly detail: string;
}

/** The control plane offered a configuration, or the data plane answered it. */
export interface PushEvent {
  readonly kind: "push";
  readonly edge: "offered" | "ack" | "nack" | "sent" | "stale" | "connected" | "disconnected";
  readonly type: string;
  readonly version: string;
  readonly nonce: string;
  readonly error: string;
  readonly bytes?: number;
}

/** Something happened in the registry under this cell's prefix, as a watch of the harness's own saw it. */
export interface RegistryEvent {
  readonly kind: "registry";
  readonly operation:
    | "put"
    | "delete"
    | "registered"
    | "lease-lost"
    | "deregistered"
    | "malformed"
    | "leader";
  readonly service: string;
  readonly instance: string;
  readonly revision: number;
  readonly detail: string;
  /** Lease time-to-live that the registry granted, in seconds, where a lease is attached; 0 where none is. */
  readonly leaseSeconds?: number;
}

/** A span as the OTLP receiver got it. Ids in hex, times on the run's clock. */
export interface SpanEvent {
  readonly kind: "span";
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly spanKind: "internal" | "server" | "client" | "producer" | "consumer" | "unspecified";
  readonly serviceName: string;
  readonly startT: number;
  readonly endT: number;
  readonly status: "unset" | "ok" | "error";
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ProcessEvent {
  readonly kind: "process";
  readonly name: string;
  readonly pid: number;
  readonly edge: "started" | "ready" | "killed" | "paused" | "resumed" | "stopping" | "exited";
  readonly detail: string;
}

/** Somebody connected to the address of an instance that is dead: seen by the tombstone that listens there. */
export interface ConnectionSeen {
  readonly kind: "connection";
  readonly instance: string;
}

/** A TLS handshake that the harness attempted as a peer, and how it went. */
export interface HandshakeEvent {
  readonly kind: "handshake";
  readonly phase: string;
  readonly id: string;
  readonly outcome: "served" | "refused";
  /** Serial number (hex, lower case) of the leaf that the server showed; empty when it showed none. */
  readonly serial: string;
  readonly protocol: string;
  readonly detail: string;
}

/** A waited-for condition was met (or not) so long after the wait began. */
export interface ConvergedEvent {
  readonly kind: "converged";
  readonly what: string;
  readonly met: boolean;
  readonly afterMs: number;
  readonly limitMs: number;
}

/** Lag of the harness's own event loop, and CPU stolen by the host, over the second before `t`. */
export interface HarnessLag {
  readonly kind: "harness.lag";
  readonly maxMs: number;
}

/**
 * How long something on this machine that could run waited for a core, in the window that ends now. Whatever waits on
 * its own account waits within that, so no program can have lost more time than this for want of a core.
 */
export interface MachineWaited {
  readonly kind: "machine.waited";
  readonly waitedMs: number;
  readonly windowMs: number;
}

/** The roster: which instance serves which service under which labels. */
export interface InstanceEvent {
  readonly kind: "instance";
  readonly service: string;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
}

/** Connections that were opened in a pod, by where they went once every rule of the pod had its say. */
export interface ConnectionCount {
  /** To the proxy that captures what is sent. */
  readonly toOutbound: number;
  /** To the proxy that captures what comes in. */
  readonly toInbound: number;
  /** To where they were dialled. */
  readonly straight: number;
}

/** The kernel's count of a pod's connections since it was made, by who opened them. The harness's own vantage. */
export interface ConnectionsCounted {
  readonly kind: "connections.counted";
  readonly instance: string;
  /** By the user that proxies run as. */
  readonly byProxy: ConnectionCount;
  /** By everybody else in the pod. */
  readonly byOthers: ConnectionCount;
}

/** Anything else worth reading in a timeline; no judge may read it. */
export interface NoteEvent {
  readonly kind: "note";
  readonly text: string;
}

export type EventBody =
  | PhaseEvent
  | RequestSent
  | RequestAnswered
  | AttemptReceived
  | AttemptEnded
  | FaultEvent
  | FaultHit
  | PushEvent
  | RegistryEvent
  | SpanEvent
  | ProcessEvent
  | ConnectionSeen
  | HandshakeEvent
  | ConvergedEvent
  | HarnessLag
  | MachineWaited
  | InstanceEvent
  | ConnectionsCounted
  | NoteEvent;

export type HistoryEvent = EventBase & EventBody;

/** Where events go while a cell runs. `t` defaults to now. */
export interface Recorder {
  record(source: string, body: EventBody, t?: number): void;
  /** Milliseconds since the run began, on the clock of `t`. */
  now(): number;
  /** Turns a wall-clock reading of another process (epoch milliseconds, fractional) into `t`. */
  fromEpoch(epochMs: number): number;
}
