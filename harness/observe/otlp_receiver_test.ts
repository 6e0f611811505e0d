import { assert, assertEquals, assertMatch } from "@std/assert";
import type { SpanEvent } from "../model/event.ts";
import { openOtlpReceiver, type OtlpReceiverOptions, type SpanOrigin } from "./otlp_receiver.ts";
import { encodeExportRequest } from "./otlp_schema.ts";

const BEGAN_MS = 1_700_000_000_000;
const TRACE = "0123456789abcdef0123456789abcdef";
const SPAN = "00f067aa0ba902b7";

function receiver(more: Partial<OtlpReceiverOptions> = {}) {
  const got: { span: SpanEvent; origin: SpanOrigin }[] = [];
  const refused: string[] = [];
  const open = openOtlpReceiver({
    recorder: { fromEpoch: (epochMs) => epochMs - BEGAN_MS },
    onSpan: (span, origin) => got.push({ span, origin }),
    onRefused: (reason) => refused.push(reason),
    ...more,
  });
  return { open, got, refused, [Symbol.asyncDispose]: () => open.close() };
}

/** An export request with one span, in OTLP's JSON. */
function request(span: Record<string, unknown> = {}) {
  return {
    resourceSpans: [{
      resource: { attributes: [{ key: "service.name", value: { stringValue: "checkout" } }] },
      scopeSpans: [{
        scope: { name: "test" },
        spans: [{
          traceId: TRACE,
          spanId: SPAN,
          parentSpanId: "",
          name: "meshproof.v1.Echo/Call",
          kind: 2,
          startTimeUnixNano: "1700000000123456789",
          endTimeUnixNano: "1700000000223456789",
          attributes: [
            { key: "meshproof.id", value: { stringValue: "r1" } },
            { key: "attempt", value: { intValue: "2" } },
            { key: "hit", value: { boolValue: false } },
            { key: "list", value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "b" }] } } },
          ],
          status: { code: 2, message: "broken" },
          ...span,
        }],
      }],
    }],
  };
}

function post(url: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** Sends a body that must be refused, and checks that the next request is served. */
async function refusal(
  body: BodyInit,
  headers: Record<string, string> = {},
  more: Partial<OtlpReceiverOptions> = {},
) {
  await using target = receiver(more);
  const response = await post(target.open.url, body, headers);
  const text = await response.text();
  assertEquals(target.got.length, 0);
  const next = await post(target.open.url, JSON.stringify(request()));
  assertEquals([next.status, await next.text()], [200, "{}"]);
  assertEquals(target.got.length, 1);
  assertEquals(target.open.counters, { taken: 1, refused: 1 });
  assertEquals(target.refused.length, 1);
  return { status: response.status, text };
}

function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
}

Deno.test("OtlpReceiver reads spans in JSON onto the run's clock", async () => {
  await using target = receiver();
  const response = await post(target.open.urlFor("cell 1/a"), JSON.stringify(request()));
  assertEquals([response.status, await response.json()], [200, {}]);
  const [{ span, origin } = { span: undefined, origin: undefined }] = target.got;
  assertEquals(origin, { token: "cell 1/a", resource: { "service.name": "checkout" } });
  assertEquals({ ...span, startT: 0, endT: 0 }, {
    kind: "span",
    traceId: TRACE,
    spanId: SPAN,
    parentSpanId: "",
    name: "meshproof.v1.Echo/Call",
    spanKind: "server",
    serviceName: "checkout",
    startT: 0,
    endT: 0,
    status: "error",
    attributes: { "meshproof.id": "r1", attempt: "2", hit: "false", list: '["1","b"]' },
  });
  // A double holds epoch milliseconds to a quarter of a microsecond.
  assert(Math.abs((span?.startT ?? 0) - 123.456789) < 0.0003, `starts at ${span?.startT}`);
  assert(Math.abs((span?.endT ?? 0) - 223.456789) < 0.0003, `ends at ${span?.endT}`);
});

Deno.test("OtlpReceiver reads protobuf and gzip, and gives the same spans as for JSON", async () => {
  await using target = receiver();
  const bytes = (hex: string) => new Uint8Array(hex.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? []);
  const ids = { traceId: bytes(TRACE), spanId: bytes(SPAN), parentSpanId: new Uint8Array(0) };
  const encoded = new Uint8Array(encodeExportRequest(request(ids)));
  const type = { "content-type": "application/x-protobuf" };
  await (await post(target.open.url, JSON.stringify(request()))).body?.cancel();
  const plain = await post(target.open.url, encoded, type);
  assertEquals([plain.status, plain.headers.get("content-type"), await plain.text()], [
    200,
    "application/x-protobuf",
    "",
  ]);
  const packed = await post(target.open.url, await gzip(encoded), { ...type, "content-encoding": "gzip" });
  assertEquals(packed.status, 200);
  await packed.body?.cancel();
  const packedJson = await post(
    target.open.url,
    await gzip(new TextEncoder().encode(JSON.stringify(request()))),
    { "content-encoding": "gzip", "content-type": "application/json; charset=utf-8" },
  );
  assertEquals(packedJson.status, 200);
  await packedJson.body?.cancel();
  assertEquals(target.got.length, 4);
  for (const each of target.got) assertEquals(each, target.got[0]);
  assertEquals(target.got[0]?.origin.token, "");
});

Deno.test("OtlpReceiver takes enums by name, a null parent, and a body without spans", async () => {
  await using target = receiver();
  const named = request({
    kind: "SPAN_KIND_CLIENT",
    status: { code: "STATUS_CODE_OK" },
    parentSpanId: "0000000000000000",
  });
  await (await post(target.open.url, JSON.stringify(named))).body?.cancel();
  assertEquals(target.got.map(({ span }) => [span.spanKind, span.status, span.parentSpanId]), [[
    "client",
    "ok",
    "",
  ]]);
  const empty = await post(target.open.url, "{}");
  assertEquals([empty.status, await empty.text()], [200, "{}"]);
});

Deno.test("OtlpReceiver refuses a malformed body with its reason and serves the next", async () => {
  const cases: [string, BodyInit, RegExp][] = [
    ["no JSON", "{", /the body is no application\/json/],
    ["a list", "[]", /the body: expected an object/],
    ["bad utf-8", new Uint8Array([0x22, 0xff, 0x22]), /the body is no application\/json/],
    [
      "a short id",
      JSON.stringify(request({ traceId: "12" })),
      /resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.traceId: expected an id of 16 bytes, found \\"12\\"/,
    ],
    [
      "no time",
      JSON.stringify(request({ startTimeUnixNano: undefined })),
      /startTimeUnixNano: .*found nothing/,
    ],
    [
      "a bad kind",
      JSON.stringify(request({ kind: 9 })),
      /kind: expected one of SPAN_KIND_\* \(0 to 5\), found 9/,
    ],
    ["bad attributes", JSON.stringify(request({ attributes: {} })), /attributes: expected a list/],
  ];
  for (const [what, body, reason] of cases) {
    const { status, text } = await refusal(body);
    assertEquals(status, 400, what);
    assertMatch(text, reason, what);
  }
});

Deno.test("OtlpReceiver refuses malformed protobuf in protobuf", async () => {
  const { status, text } = await refusal(new Uint8Array([0x0a, 0x7f, 1]), {
    "content-type": "application/x-protobuf",
  });
  assertEquals(status, 400);
  assertMatch(text, /the body is no application\/x-protobuf/);
});

Deno.test("OtlpReceiver refuses broken gzip, an unknown encoding and an unknown type", async () => {
  assertEquals((await refusal("not gzip", { "content-encoding": "gzip" })).status, 400);
  const unknown = await refusal("{}", { "content-encoding": "br" });
  assertEquals(unknown.status, 400);
  assertMatch(unknown.text, /expected gzip, deflate or none, found br/);
  assertEquals((await refusal("{}", { "content-type": "text/plain" })).status, 415);
});

Deno.test("OtlpReceiver bounds the body, also after unpacking", async () => {
  const limit = { maxBodyBytes: 2000 };
  const long = await refusal("x".repeat(5000), {}, limit);
  assertEquals(long.status, 413);
  assertMatch(long.text, /longer than 2000 bytes/);
  const bomb = await gzip(new Uint8Array(1_000_000));
  assert(bomb.byteLength < 2000, "the bomb itself is small");
  assertEquals((await refusal(bomb, { "content-encoding": "gzip" }, limit)).status, 413);
});

Deno.test("OtlpReceiver answers 404 beside its paths and 405 for other methods", async () => {
  await using target = receiver();
  for (const path of ["/", "/v1/metrics", "/a/b/v1/traces", "/%ff/v1/traces"]) {
    const response = await fetch(target.open.url + path, { method: "POST", body: "{}" });
    await response.body?.cancel();
    assertEquals(response.status, 404, path);
  }
  const got = await fetch(`${target.open.url}/v1/traces`);
  await got.body?.cancel();
  assertEquals(got.status, 405);
});
