import "../../../runtime/safe_http2.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { ApiError } from "./api_error.ts";
import { ownToxicTypes } from "./own_toxic_types.ts";
import { openTestServer } from "./testing/open_server.ts";
import type { ToxicType } from "./toxic_type.ts";

/** The least that each type needs to be told. */
const EXAMPLES: readonly { readonly kind: string; readonly [parameter: string]: unknown }[] = [
  { kind: "latency", delayMs: 1, distribution: "pareto" },
  { kind: "blackhole" },
  { kind: "refuse" },
  { kind: "reset", afterBytes: 5 },
  { kind: "sever" },
  { kind: "cut_after", bytes: 1 },
  { kind: "slice", maxBytes: 1 },
  { kind: "bandwidth", bytesPerSecond: 1 },
  { kind: "timeout", afterMs: 1 },
  { kind: "slow_close", delayMs: 1 },
  { kind: "half_close" },
  { kind: "clog", holdMs: 1 },
  { kind: "corrupt", byteShare: 0.5 },
  { kind: "tls_stall", hold: "client_hello" },
  { kind: "tls_certificate", certificate: "", key: "", upstream: "plain" },
  { kind: "http2", rules: [{ name: "r", action: { kind: "delay", delayMs: 1, direction: "down" } }] },
];

Deno.test("every toxic of the link has a type, which reads its parameters and makes it with direction and share", () => {
  const types = ownToxicTypes();
  assertEquals(types.map(({ type }) => type).sort(), EXAMPLES.map(({ kind }) => `meshproof_${kind}`).sort());
  for (const { kind, ...parameters } of EXAMPLES) {
    const { attributes, read, make } = types.find(({ type }) => type === `meshproof_${kind}`) as ToxicType;
    const given = read(parameters);
    // A certificate is looked at when the toxic is made.
    if (kind === "tls_certificate") continue;
    const hasShare = !["refuse", "sever", "http2"].includes(kind);
    const spec = make(given, "up", hasShare ? 0.25 : 1)?.spec as Record<string, unknown>;
    assertEquals(spec["kind"], kind);
    if ("direction" in attributes.shape) assertEquals(spec["direction"], "up", kind);
    if (hasShare) assertEquals(spec["share"], 0.25, kind);
  }
});

Deno.test("a parameter that a type does not have is refused, and one that is named again replaces what held", () => {
  const slice = ownToxicTypes().find(({ type }) => type === "meshproof_slice");
  assertEquals(slice?.read({ maxBytes: 7 }, { maxBytes: 3, delayMs: 2 }), { maxBytes: 7, delayMs: 2 });
  assertThrows(() => slice?.read({ maxBytes: 7, nonsense: 1 }), ApiError, "nonsense");
});

/** The status of one request through a proxy. */
async function statusThrough(address: string): Promise<number | undefined> {
  const session = http2.connect(`http://${address}`);
  try {
    const stream = session.request({ ":path": "/some/path" });
    const ended = once(stream.resume(), "close");
    const [headers] = await once(stream, "response");
    await ended;
    return headers[":status"];
  } finally {
    session.destroy();
  }
}

Deno.test("meshproof_http2 puts rules in force, changes them and takes them away, on a proxy that understands HTTP/2", async () => {
  const upstream = http2.createServer((_request, response) => void response.end("fine"));
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  try {
    await using open = await openTestServer();
    const { body: proxy } = await open.request("POST", "/proxies", {
      name: "it",
      listen: "127.0.0.1:0",
      upstream: `127.0.0.1:${(upstream.address() as AddressInfo).port}`,
      protocol: "http2",
    });
    const rules = (httpStatus: number) => [{ name: "r", action: { kind: "abort", httpStatus } }];
    assertEquals(await statusThrough(proxy.listen), 200);
    const toxic = { type: "meshproof_http2", name: "abort", attributes: { rules: rules(503) } };
    assertEquals((await open.request("POST", "/proxies/it/toxics", toxic)).status, 200);
    assertEquals(await statusThrough(proxy.listen), 503);
    const change = { attributes: { rules: rules(418) } };
    assertEquals((await open.request("PATCH", "/proxies/it/toxics/abort", change)).status, 200);
    assertEquals(await statusThrough(proxy.listen), 418);
    await open.request("DELETE", "/proxies/it/toxics/abort");
    assertEquals(await statusThrough(proxy.listen), 200);
    assertEquals((await open.request("GET", "/proxies/it/hits")).body.abort.strikes, 2);
  } finally {
    upstream.close();
  }
});
