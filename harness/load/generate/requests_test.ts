import { assert, assertEquals, assertThrows } from "@std/assert";
import { frameMessage, MessageReader } from "../../wire/grpc_frame.ts";
import { HpackDecoder } from "../../wire/hpack/decoder.ts";
import { type GrpcRequestOptions, grpcRequests, type HttpRequestOptions, httpRequests } from "./requests.ts";

const encoder = new TextEncoder();
/** Its messages are the JSON itself. */
const METHOD = {
  path: "/a.B/C",
  kind: "unary" as const,
  encode: (json: unknown) => frameMessage(encoder.encode(JSON.stringify(json))),
};
const COMMON = { authority: "h:1", isTls: false, headers: [], rows: [], seed: 1, data: "" };
const grpc = (options: Partial<GrpcRequestOptions>) =>
  grpcRequests({ ...COMMON, method: METHOD, timeoutMs: 5000, data: "{}", ...options });
const http = (options: Partial<HttpRequestOptions>) =>
  httpRequests({ ...COMMON, protocol: "http1", method: "GET", path: "/", ...options });
const messagesOf = (body: Uint8Array) =>
  new MessageReader().push(body).map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
const headersOf = (head: Uint8Array) => Object.fromEntries(new HpackDecoder().decode(head));
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("grpcRequests makes a static call once, with metadata and the deadline", () => {
  const requestOf = grpc({ data: '{"a": 1}', headers: [["X-Key", "k"]] });
  assert(requestOf(0) === requestOf(7));
  assertEquals(messagesOf(requestOf(0).body), [{ a: 1 }]);
  const headers = headersOf(requestOf(0).head);
  assertEquals([headers[":path"], headers["x-key"], headers["grpc-timeout"]], ["/a.B/C", "k", "5000m"]);
});

Deno.test("grpcRequests fills templates in data and metadata for each call", () => {
  const rows = [{ name: "x" }, { name: "y" }];
  const requestOf = grpc({
    data: '{"n": {{index}}, "s": "{{data.name}}"}',
    headers: [["id", "{{index}}"]],
    rows,
  });
  assertEquals(messagesOf(requestOf(3).body), [{ n: 3, s: "y" }]);
  assertEquals(headersOf(requestOf(3).head)["id"], "3");
});

Deno.test("grpcRequests takes messages of an array in turn, or sends them all where the caller streams", () => {
  const data = '[{"n": 1}, {"n": 2}]';
  const inTurn = grpc({ data });
  assertEquals([0, 1, 2].map((index) => messagesOf(inTurn(index).body)), [[{ n: 1 }], [{ n: 2 }], [{
    n: 1,
  }]]);
  assert(inTurn(0) === inTurn(2));
  const streamed = grpc({ data, method: { ...METHOD, kind: "client-streaming" } });
  assertEquals(messagesOf(streamed(1).body), [{ n: 1 }, { n: 2 }]);
});

Deno.test("grpcRequests refuses data that is none before anything is sent", () => {
  assertThrows(() => grpc({ data: "{" }), SyntaxError, "the data must be JSON");
  assertThrows(() => grpc({ data: "[]" }), TypeError, "at least one message");
  assertThrows(() => grpc({ data: '"{{data.x}}"' }), TypeError, "must have that column");
});

Deno.test("httpRequests makes heads of HTTP/1.1 and HTTP/2", () => {
  const one = http({ method: "POST", path: "/a?b", data: "body", headers: [["X-A", "b"]] });
  assert(one(0) === one(1));
  assertEquals(textOf(one(0).head), "POST /a?b HTTP/1.1\r\nhost: h:1\r\nX-A: b\r\ncontent-length: 4\r\n\r\n");
  assertEquals(textOf(one(0).body), "body");
  const two = http({ protocol: "http2", method: "POST", data: "body", headers: [["X-A", "b"]], isTls: true });
  assertEquals(headersOf(two(0).head), {
    ":method": "POST",
    ":scheme": "https",
    ":path": "/",
    ":authority": "h:1",
    "x-a": "b",
    "content-length": "4",
  });
});

Deno.test("httpRequests fills templates as their place demands", () => {
  const rows = [{ name: 'a "b"/c' }];
  const path = http({ path: "/items/{{data.name}}", rows });
  assertEquals(textOf(path(0).head).split(" ")[1], "/items/a%20%22b%22%2Fc");
  const json = http({ method: "POST", data: '{"name": "{{data.name}}"}', rows });
  assertEquals(JSON.parse(textOf(json(0).body)), { name: 'a "b"/c' });
  const plain = http({ method: "POST", data: "name={{data.name}}&n={{index}}", rows });
  assertEquals(textOf(plain(5).body), 'name=a "b"/c&n=5');
});
