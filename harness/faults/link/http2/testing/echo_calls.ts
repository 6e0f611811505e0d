/** A gRPC server and a client of it through a link, both of grpc-js, as peers that know HTTP/2 by themselves. */
import * as grpc from "../../../../runtime/grpc.ts";
import type { ArmedFault } from "../../../fault.ts";
import { type MemoryRecorder, memoryRecorder } from "../../../../observe/testing/memory_recorder.ts";
import { HARNESS_LINKS, type LinkHost } from "../../host.ts";
import type { Link } from "../../link.ts";
import { http2Fault } from "../http2_fault.ts";
import type { RuleInput } from "../rule_spec.ts";

const raw = {
  requestSerialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};

/** How a call ended for its caller. */
export interface Ended {
  readonly status: string;
  readonly message: string;
  /** Of the answer; -1 when there was none. */
  readonly bytes: number;
  readonly trailers: Readonly<Record<string, string>>;
}

/** What the server saw of a call. */
export interface Served {
  readonly path: string;
  readonly id: string;
  readonly bytes: number;
}

export interface EchoCalls extends AsyncDisposable {
  readonly link: Link;
  /** The rules in force. */
  readonly rules: ArmedFault;
  readonly recorder: MemoryRecorder;
  /** Calls that reached the server, in order. */
  readonly served: readonly Served[];
  /** Ids of those that were cancelled there. */
  readonly cancelled: readonly string[];
  /** A unary call with a body of so many bytes, echoed. */
  call(
    id: string,
    options?: { bytes?: number; method?: string; deadlineMs?: number; client?: number },
  ): Promise<Ended>;
  /** A call with so many messages each way. @returns How many came back, and how it ended. */
  chat(
    id: string,
    messages: number,
    bytes?: number,
  ): Promise<{ readonly ended: Ended; readonly messages: number }>;
}

/**
 * Opens both, on a link in the HTTP/2 mode.
 *
 * @param rules In force before the first connection; none when left out.
 * @param clients Callers, each with a connection of its own.
 * @param host Where the link lives.
 */
export async function openEchoCalls(
  rules?: readonly RuleInput[],
  clients = 1,
  host: LinkHost = HARNESS_LINKS,
): Promise<EchoCalls> {
  const served: Served[] = [];
  const cancelled: string[] = [];
  const idOf = (call: { metadata: grpc.Metadata }) => String(call.metadata.get("x-meshproof-id")[0] ?? "");
  const onCall = (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
    const id = idOf(call);
    served.push({ path: call.getPath(), id, bytes: call.request.length });
    call.on("cancelled", () => cancelled.push(id));
    if (!id.startsWith("hang")) reply(null, call.request);
  };
  const onChat = (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
    served.push({ path: call.getPath(), id: idOf(call), bytes: 0 });
    call.on("cancelled", () => cancelled.push(idOf(call)));
    call.on("data", (message: Buffer) => call.write(message));
    call.on("end", () => call.end());
    call.on("error", () => {});
  };
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const unary = (name: string) => ({
    path: `/test.Echo/${name}`,
    requestStream: false,
    responseStream: false,
    ...raw,
  });
  server.addService({
    Call: unary("Call"),
    Other: unary("Other"),
    Chat: { path: "/test.Echo/Chat", requestStream: true, responseStream: true, ...raw },
  }, { Call: onCall, Other: onCall, Chat: onChat } as unknown as grpc.UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  const recorder = memoryRecorder();
  const link = await host.open({
    name: "echo",
    target: `127.0.0.1:${port}`,
    recorder,
    seed: 7,
    protocol: "http2",
    toxics: rules === undefined ? [] : [{ toxic: http2Fault(rules), name: "rules" }],
  });
  const callers = Array.from(
    { length: clients },
    () =>
      new grpc.Client(link.address, grpc.credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.enable_retries": 0,
        "grpc.max_receive_message_length": -1,
        "grpc.initial_reconnect_backoff_ms": 100,
      }),
  );
  const metadataOf = (id: string) => {
    const metadata = new grpc.Metadata();
    metadata.set("x-meshproof-id", id);
    return metadata;
  };
  return {
    link,
    get rules() {
      const [rules] = link.armed;
      if (rules === undefined) throw new Error("expected a link with rules, found one without");
      return rules;
    },
    recorder,
    served,
    cancelled,
    call(id, { bytes = 10, method = "Call", deadlineMs = 10_000, client = 0 } = {}) {
      return new Promise((resolve) => {
        let [answerBytes, trailers] = [-1, {}];
        const call = callers[client]!.makeUnaryRequest(
          `/test.Echo/${method}`,
          (message: Buffer) => message,
          (message: Buffer) => message,
          Buffer.alloc(bytes, 7),
          metadataOf(id),
          { deadline: Date.now() + deadlineMs },
          (_error, answer) => (answerBytes = answer?.length ?? -1),
        );
        call.on("status", (status) => {
          trailers = textsOf(status.metadata);
          // The callback with the answer comes after the status.
          setImmediate(() => resolve({ ...endOf(status), bytes: answerBytes, trailers }));
        });
      });
    },
    chat(id, messages, bytes = 10) {
      return new Promise((resolve) => {
        let received = 0;
        const call = callers[0]!.makeBidiStreamRequest(
          "/test.Echo/Chat",
          (message: Buffer) => message,
          (message: Buffer) => message,
          metadataOf(id),
          { deadline: Date.now() + 10_000 },
        );
        call.on("data", () => received++);
        call.on("error", () => {});
        call.on("status", (status) =>
          resolve({
            ended: { ...endOf(status), bytes: received * bytes, trailers: textsOf(status.metadata) },
            messages: received,
          }));
        for (let sent = 0; sent < messages; sent++) call.write(Buffer.alloc(bytes, 7));
        call.end();
      });
    },
    async [Symbol.asyncDispose]() {
      for (const caller of callers) caller.close();
      await link.close();
      server.forceShutdown();
    },
  };
}

function endOf(status: grpc.StatusObject) {
  return { status: grpc.status[status.code] ?? String(status.code), message: status.details };
}

function textsOf(metadata: grpc.Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]));
}
