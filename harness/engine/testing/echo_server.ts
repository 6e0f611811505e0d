import * as grpc from "../../runtime/grpc.ts";
import { decodeEchoRequest, type EchoRequest, encodeEchoResponse } from "../../load/echo_schema.ts";

/** A call as the server got it. */
export interface ReceivedCall {
  readonly id: string;
  readonly metadata: grpc.Metadata;
  readonly request: EchoRequest;
}

/** An echo service that answers, fails when `rpc-behavior` is `fail`, and holds what is `hold` until it is released. */
export interface EchoServer extends Disposable {
  readonly address: string;
  readonly received: readonly ReceivedCall[];
  /** Most calls that were held at one time. */
  readonly mostHeld: number;
  /** Answers every held call. */
  release(): void;
}

const RAW = {
  requestSerialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};

/** Starts one under a name, on an ephemeral port. */
export async function echoServer(instance: string): Promise<EchoServer> {
  const server = new grpc.Server();
  const received: ReceivedCall[] = [];
  const held = new Set<() => void>();
  let mostHeld = 0;
  const onCall = (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
    const id = String(call.metadata.get("x-meshproof-id")[0]);
    received.push({ id, metadata: call.metadata, request: decodeEchoRequest(call.request) });
    const named = new grpc.Metadata();
    named.set("x-meshproof-instance", instance);
    const answer = () => {
      call.sendMetadata(named);
      reply(null, encodeEchoResponse({ instance, service: "echo", payload: "", hops: [] }) as Buffer);
    };
    const behaviour = call.metadata.get("rpc-behavior")[0];
    if (behaviour === "fail") {
      return reply({ code: grpc.status.UNAVAILABLE, details: "told to", metadata: named });
    }
    if (behaviour !== "hold") return answer();
    held.add(answer);
    mostHeld = Math.max(mostHeld, held.size);
    call.on("cancelled", () => held.delete(answer));
  };
  server.addService({
    Call: { path: "/meshproof.v1.Echo/Call", requestStream: false, responseStream: false, ...RAW },
  }, { Call: onCall } as unknown as grpc.UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  return {
    address: `127.0.0.1:${port}`,
    received,
    get mostHeld() {
      return mostHeld;
    },
    release: () => {
      for (const answer of held) answer();
      held.clear();
    },
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}
