/**
 * The fuzzer of the API, as a process: other tests would listen in the same one, and it counts what listens.
 *
 * Requests that make sense and requests that nobody would send, mixed: the answer is JSON, and
 * nothing leaks. Ends with 0, or with what went wrong on its standard error.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { listeningSockets } from "./listening_sockets.ts";
import { openTestServer, type TestServer } from "./open_server.ts";
import { TOXIC_TYPES } from "../toxic_types.ts";

/** Types that are armed at once: the link's own reset first looks by a connection of its own whether it works. */
const TYPES = [...TOXIC_TYPES.keys()].filter((type) => !/_(reset|sever)$/.test(type));
const ODD_NAMES = ["a b", "a/b", "ü", "%", "..", "__proto__", "constructor", ""];

const likely = <Value>(
  usual: fc.Arbitrary<Value>,
  odd: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 2 }),
) => fc.oneof({ weight: 12, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: odd });

const name = likely(fc.constantFrom("one", "two"), fc.constantFrom(...ODD_NAMES)) as fc.Arbitrary<string>;
// Loopback only, so that nothing real is ever reached.
const listen = likely(
  fc.constantFrom("127.0.0.1:0", "localhost:0", ":0", ""),
  fc.oneof(fc.constantFrom("nonsense", "127.0.0.1:99999", "192.0.2.1:1"), fc.integer()),
);
const upstream = likely(
  fc.constantFrom("127.0.0.1:9", "localhost:9"),
  fc.oneof(fc.constantFrom("nonsense", "192.0.2.1:9", "", ":9"), fc.integer()),
);
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
  likely(fc.integer({ min: -5, max: 50 })),
  { maxKeys: 3 },
);
const toxic = fc.record({
  name,
  type: likely(fc.constantFrom(...TYPES, "down")),
  stream: likely(fc.constantFrom("upstream", "downstream", "DOWNSTREAM")),
  toxicity: likely(fc.double({ min: -1, max: 2, noNaN: true })),
  attributes: likely(attributes),
}, { requiredKeys: ["type"] });
const proxy = fc.record({
  name: likely(name),
  listen,
  upstream,
  enabled: likely(fc.boolean()),
  arm: likely(fc.array(toxic, { maxLength: 2 })),
}, { requiredKeys: ["name", "upstream"] });

const segment = fc.oneof(name, name, name.map(encodeURIComponent), fc.constantFrom("%", "%ff", "?a=b"));
const request = (methods: readonly string[], path: fc.Arbitrary<string>, body: fc.Arbitrary<unknown>) =>
  fc.record({ method: fc.constantFrom(...methods), path, body: body.map((value) => JSON.stringify(value)) });
const onProxy = segment.map((one) => `/proxies/${one}`);
const onToxics = onProxy.map((path) => `${path}/toxics`);
const onToxic = fc.tuple(onToxics, segment).map(([path, one]) => `${path}/${one}`);
const somewhere = fc.constantFrom(
  "/",
  "/version",
  "/proxies",
  "/populate",
  "/reset",
  "/metrics",
  "/toxics",
  "//",
);
const nothing = fc.constant(undefined);

const anyRequest = fc.oneof(
  request(["POST"], fc.constant("/proxies"), likely(proxy)),
  request(["POST"], fc.constant("/populate"), likely(fc.array(proxy, { maxLength: 3 }))),
  request(["POST"], onToxics, likely(toxic)),
  request(["POST", "PATCH"], onProxy, likely(proxy)),
  request(["POST", "PATCH"], onToxic, likely(toxic)),
  request(
    ["GET", "DELETE"],
    fc.oneof(onProxy, onToxics, onToxic, onProxy.map((path) => `${path}/hits`)),
    nothing,
  ),
  request(["GET", "POST", "DELETE", "PUT", "OPTIONS"], somewhere, nothing),
  fc.record({
    method: fc.constantFrom("POST", "PATCH", "PUT"),
    path: fc.oneof(somewhere, onProxy, onToxics, onToxic),
    body: fc.oneof(fc.string(), fc.uint8Array({ maxLength: 40 })),
  }),
);
type FuzzedRequest = typeof anyRequest extends fc.Arbitrary<infer Value> ? Value : never;

/** How often each status came. */
const statuses = new Map<number, number>();

async function send({ url }: TestServer, { method, path, body }: FuzzedRequest): Promise<void> {
  const carried = method === "GET" || method === "DELETE" ? null : body ?? null;
  const response = await fetch(`${url}${path}`, { method, body: carried as BodyInit | null });
  const { status } = response;
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const text = await response.text();
  const what = `${method} ${path} ${String(carried)} -> ${status} ${text}`;
  if (status === 204) return assertEquals(text, "", what);
  if (path === "/metrics" && status === 200) return;
  const answer = JSON.parse(text);
  if (response.ok) return;
  assertEquals(answer.status, status, what);
  assert(typeof answer.error === "string" && answer.error.length > 5, what);
  // 500 is for addresses that cannot be listened on, as Toxiproxy has it; anything else is an error of ours.
  if (status === 500) assert(/^listen/.test(answer.error), what);
}

const before = await listeningSockets();
await fc.assert(
  fc.asyncProperty(fc.array(anyRequest, { minLength: 1, maxLength: 30 }), async (requests) => {
    await using open = await openTestServer({ allowRemote: false });
    await open.request("POST", "/proxies", { name: "one", listen: "127.0.0.1:0", upstream: "127.0.0.1:9" });
    await Promise.all(requests.map((each) => send(open, each)));
    assertEquals((await open.request("GET", "/version")).status, 200);
  }),
  { numRuns: 200 },
);
assertEquals(await listeningSockets(), before, "sockets that listen");
// A fuzzer of which everything is refused at the door would prove nothing.
const seen = [...statuses].map(([status, count]) => `${status}: ${count}`).join(", ");
for (const status of [200, 201, 400, 404, 405, 409]) assert(statuses.has(status), seen);
// A lookout for leaks that sees none would prove nothing either.
using _listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
assertEquals(
  await listeningSockets() - before,
  Deno.build.os === "linux" ? 1 : 0,
  "a listener that is there",
);
Deno.exit(0);
