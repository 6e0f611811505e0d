/** Requests that nobody would send: whatever comes, the answer is JSON that says what was wrong, and nothing leaks. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { openTestServer, type TestServer } from "./testing/open_server.ts";

const NAMES = ["one", "two", "a b", "a/b", "ü", "%", "..", "__proto__", "constructor", ""];
const TYPES = [
  "latency",
  "bandwidth",
  "slow_close",
  "timeout",
  "reset_peer",
  "slicer",
  "limit_data",
  "noop",
  "down",
  "meshproof_latency",
  "meshproof_refuse",
  "meshproof_sever",
  "meshproof_half_close",
  "meshproof_http2",
];

const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 8 }));
const anyValue = fc.jsonValue({ maxDepth: 2 });
/** Loopback only, so that nothing real is ever reached. */
const address = fc.constantFrom(
  "127.0.0.1:0",
  "localhost:0",
  ":0",
  "",
  "nonsense",
  "127.0.0.1:99999",
  "192.0.2.1:1",
);
const upstream = fc.constantFrom("127.0.0.1:9", "localhost:9", "nonsense", "192.0.2.1:9", "", ":9");
const attributes = fc.dictionary(
  fc.constantFrom(
    "latency",
    "jitter",
    "rate",
    "delay",
    "timeout",
    "average_size",
    "size_variation",
    "bytes",
    "x",
  ),
  fc.oneof(fc.integer({ min: -5, max: 50 }), anyValue),
);
const toxic = fc.record({
  name,
  type: fc.oneof(fc.constantFrom(...TYPES), anyValue),
  stream: fc.oneof(fc.constantFrom("upstream", "downstream", "DOWNSTREAM"), anyValue),
  toxicity: fc.oneof(fc.double({ min: -1, max: 2, noNaN: true }), anyValue),
  attributes: fc.oneof(attributes, anyValue),
}, { requiredKeys: [] });
const proxy = fc.record({
  name: fc.oneof(name, anyValue),
  listen: fc.oneof(address, anyValue.filter((value) => typeof value !== "string")),
  upstream: fc.oneof(upstream, anyValue.filter((value) => typeof value !== "string")),
  enabled: fc.oneof(fc.boolean(), anyValue),
  arm: fc.oneof(fc.array(toxic, { maxLength: 2 }), anyValue),
}, { requiredKeys: [] });
const body = fc.oneof(
  fc.constant(undefined),
  proxy.map((value) => JSON.stringify(value)),
  fc.array(proxy, { maxLength: 3 }).map((value) => JSON.stringify(value)),
  toxic.map((value) => JSON.stringify(value)),
  anyValue.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.uint8Array({ maxLength: 40 }),
);
const segment = fc.oneof(name.map(encodeURIComponent), fc.constantFrom("%", "%ff", "//", "?a=b", "hits"));
const path = fc.oneof(
  fc.constantFrom(
    "/",
    "/version",
    "/proxies",
    "/populate",
    "/reset",
    "/metrics",
    "/toxics",
    "/proxies/",
    "//",
  ),
  segment.map((one) => `/proxies/${one}`),
  segment.map((one) => `/proxies/${one}/toxics`),
  fc.tuple(segment, segment).map(([one, other]) => `/proxies/${one}/toxics/${other}`),
);
const method = fc.constantFrom("GET", "POST", "POST", "POST", "PATCH", "DELETE", "PUT", "OPTIONS");
const request = fc.record({ method, path, body });
type FuzzedRequest = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

async function send({ url }: TestServer, { method, path, body }: FuzzedRequest): Promise<void> {
  const carried = method === "GET" || method === "DELETE" ? null : body ?? null;
  const response = await fetch(`${url}${path}`, { method, body: carried as BodyInit | null });
  const text = await response.text();
  const what = `${method} ${path} ${String(carried)} -> ${response.status} ${text}`;
  if (response.status === 204) return assertEquals(text, "", what);
  if (response.headers.get("content-type")?.startsWith("text/plain") && path === "/metrics") return;
  const answer = JSON.parse(text);
  if (response.ok) return;
  assertEquals(answer.status, response.status, what);
  assert(typeof answer.error === "string" && answer.error.length > 5, what);
  // 500 is for addresses that cannot be listened on, as Toxiproxy has it; anything else is an error of ours.
  if (response.status === 500) assert(/^listen/.test(answer.error), what);
}

Deno.test("any sequence of requests, side by side, is answered with JSON, and leaves no socket behind", async () => {
  const before = await openSockets();
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
      await using open = await openTestServer({ allowRemote: false });
      await open.request("POST", "/proxies", { name: "one", listen: "127.0.0.1:0", upstream: "127.0.0.1:9" });
      await Promise.all(requests.map((each) => send(open, each)));
      assertEquals((await open.request("GET", "/version")).status, 200);
    }),
    { numRuns: 60 },
  );
  assertEquals(await openSockets(), before);
});

/** Listening sockets of this process, which the kernel counts. */
async function openSockets(): Promise<number> {
  const { stdout } = await new Deno.Command("ss", { args: ["-Hltnp"], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(`pid=${Deno.pid},`))
    .length;
}
