/** A server for a test, something to proxy to, and what connects to it. */
import { type MemoryRecorder, memoryRecorder } from "../../../../observe/testing/memory_recorder.ts";
import { openToxiproxyServer, type ToxiproxyServer } from "../server.ts";

/** A server that is listening. */
export interface TestServer extends AsyncDisposable {
  readonly server: ToxiproxyServer;
  readonly recorder: MemoryRecorder;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Sends a request with a JSON body; a text goes as it is. */
  request(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** What came back: the body is parsed, and undefined where there is none. */
export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- JSON of any shape, which tests look into
  readonly body: any;
}

/** Opens a server whose proxies may use other hosts, though no test connects to one. */
export async function openTestServer(
  options: { allowRemote?: boolean; seed?: number; hostname?: string } = {},
): Promise<TestServer> {
  const { allowRemote = true, seed = 1, hostname = "127.0.0.1" } = options;
  const recorder = memoryRecorder();
  const server = await openToxiproxyServer({ recorder, seed, allowRemote, hostname, protocol: "tcp" });
  const url = `http://${server.address}`;
  return {
    server,
    recorder,
    url,
    async request(method, path, body) {
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const response = await fetch(`${url}${path}`, { method, body: text ?? null });
      const answer = await response.text();
      return { status: response.status, body: answer === "" ? undefined : JSON.parse(answer) };
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** A server on 127.0.0.1 that sends back whatever it gets, and ends when its caller does. */
export interface EchoServer extends Disposable {
  readonly address: string;
}

/** Opens an echo server. */
export function openEcho(): EchoServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) connection.readable.pipeTo(connection.writable).catch(() => {});
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    [Symbol.dispose]: () => listener.close(),
  };
}
