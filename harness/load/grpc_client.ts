/** The harness as a gRPC caller: one channel, every call in the client ledger. */
import { errorText } from "../model/error_text.ts";
import * as grpc from "../runtime/grpc.ts";
import type { Recorder } from "../model/event.ts";
import type { Caller, CallRequest, CallResult } from "./call.ts";
import { openEntry, type WireOutcome } from "./call_ledger.ts";
import { echoPath, encodeEchoRequest } from "./echo_schema.ts";

/** How to reach the first hop. */
export interface GrpcClientOptions {
  /** `host:port`, plaintext. */
  readonly address: string;
  readonly recorder: Recorder;
  /** Further channel options of grpc-js, which win over the client's own. */
  readonly channelOptions?: grpc.ChannelOptions;
}

/** A caller with a channel of its own, which is opened afresh after its connection was refused. */
export interface GrpcClient extends Caller, Disposable {
  readonly address: string;
  /** Closes the channel; calls in flight end as CANCELLED or UNAVAILABLE. */
  close(): void;
}

/** The client must add nothing of its own to what a mesh does: no retry, no configuration, no proxy, no sharing. */
const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_http_proxy": 0,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.max_receive_message_length": 64 << 20,
  "grpc.max_send_message_length": 64 << 20,
  "grpc.max_concurrent_streams": 0xffffffff,
  // Back-off is seconds by default: a hop that comes back would be blamed for the client's own waiting.
  "grpc.initial_reconnect_backoff_ms": 10,
  "grpc.max_reconnect_backoff_ms": 25,
};

/**
 * Opens a channel to one address. Nothing is sent before the first call.
 *
 * @param options Address and recorder.
 */
export function createGrpcClient(options: GrpcClientOptions): GrpcClient {
  const open = () =>
    new grpc.Client(options.address, grpc.credentials.createInsecure(), {
      ...CHANNEL_OPTIONS,
      ...options.channelOptions,
    });
  let client = open();
  let isClosed = false;
  const current = (): grpc.Client => {
    const state = client.getChannel().getConnectivityState(false);
    if (state !== grpc.connectivityState.TRANSIENT_FAILURE) return client;
    // In back-off, grpc-js answers for a server that it has not asked. A fresh channel asks at once.
    client.close();
    return client = open();
  };
  const close = () => {
    isClosed = true;
    client.close();
  };
  return {
    address: options.address,
    call: (request) => call(isClosed ? undefined : current(), options.recorder, request),
    close,
    [Symbol.dispose]: close,
  };
}

function call(
  client: grpc.Client | undefined,
  recorder: Recorder,
  request: CallRequest,
): Promise<CallResult> {
  const method = request.method ?? "Call";
  const bytes = encodeEchoRequest(request);
  const entry = openEntry(recorder, request);
  const metadata = new grpc.Metadata();
  if (client === undefined) {
    return Promise.resolve(entry.end(unsent("UNAVAILABLE", "the client was closed before the call")));
  }
  try {
    for (const [name, value] of Object.entries(entry.headers)) metadata.set(name, value);
  } catch (error) {
    const reason = errorText(error);
    return Promise.resolve(entry.end(unsent("INTERNAL", `request metadata cannot be sent: ${reason}`)));
  }

  // The channel's own call, not the client's stream: there a status may overtake the message before it.
  return new Promise((resolve) => {
    let headers: Record<string, string> = {};
    let messages = 0;
    let last: Uint8Array | undefined;
    const deadline = Date.now() + request.deadlineMs;
    const wire = client.getChannel().createCall(echoPath(method), deadline, null, null, null);
    const cancel = () => wire.cancelWithStatus(grpc.status.CANCELLED, "Cancelled on client");
    wire.start(metadata, {
      onReceiveMetadata: (answer) => headers = asStrings(answer),
      onReceiveMessage: (message: Uint8Array) => {
        last = message;
        messages++;
        request.onMessage?.(messages);
        wire.startRead();
      },
      onReceiveStatus: (status) => {
        request.signal?.removeEventListener("abort", cancel);
        const name = statusName(status);
        const isEmpty = status.code === grpc.status.OK && messages === 0 && method === "Call";
        resolve(entry.end({
          status: isEmpty ? "INTERNAL" : name,
          message: isEmpty ? "status OK without the message that a unary call must have" : status.details,
          headers,
          trailers: asStrings(status.metadata),
          messages,
          ...(last === undefined ? {} : { lastMessage: last }),
        }));
      },
    });
    wire.startRead();
    wire.sendMessageWithContext({}, bytes as Buffer);
    wire.halfClose();
    if (request.signal?.aborted) cancel();
    else request.signal?.addEventListener("abort", cancel, { once: true });
  });
}

function unsent(status: string, message: string): WireOutcome {
  return { status, message, headers: {}, trailers: {}, messages: 0 };
}

/**
 * The status by name. grpc-js calls a connection that broke under a write (EPIPE) INTERNAL, but one that broke under
 * a read UNAVAILABLE, as gRPC wants both (statuscodes.md): which of them comes first is chance.
 */
function statusName(status: grpc.StatusObject): string {
  const isBrokenPipe = status.code === grpc.status.INTERNAL &&
    /internal client error: .*EPIPE/.test(status.details);
  return isBrokenPipe ? "UNAVAILABLE" : grpc.status[status.code] ?? String(status.code);
}

/** Metadata as plain strings: values of one name joined by a comma as HTTP does, binary values in base64. */
function asStrings(metadata: grpc.Metadata): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const name of Object.keys(metadata.getMap())) {
    strings[name] = metadata.get(name)
      .map((value) => typeof value === "string" ? value : value.toString("base64"))
      .join(",");
  }
  return strings;
}
