import { assertEquals, assertThrows } from "@std/assert";
import { Http1Error, http1Head, readHead } from "./http1_head.ts";

const read = (text: string) => readHead(new TextEncoder().encode(text));

Deno.test("readHead tells status, length and whether the connection stays", () => {
  const of = (fields: string, version = "1.1") => read(`HTTP/${version} 200 OK\r\n${fields}\r\n`);
  assertEquals(of("Content-Length: 7\r\n"), { status: 200, isKeptAlive: true, length: 7 });
  assertEquals(of("content-length: 7\r\ncontent-length: 7\r\n").length, 7);
  assertEquals(of("transfer-encoding: gzip, Chunked\r\n").length, "chunked");
  assertEquals(of("transfer-encoding: gzip\r\n").length, "to end");
  assertEquals(of("").length, "to end");
  assertEquals(of("connection: foo, Close\r\n").isKeptAlive, false);
  assertEquals(of("x: y\r\n", "1.0").isKeptAlive, false);
  assertEquals(of("connection: keep-alive\r\n", "1.0").isKeptAlive, true);
  assertEquals(read("HTTP/1.1 503\r\n\r\n").status, 503);
});

Deno.test("readHead refuses what is no head, or leaves the length in doubt", () => {
  const refused = (text: string, words: string) => assertThrows(() => read(text), Http1Error, words);
  refused("HTTP/2 200 OK\r\n\r\n", "no status line");
  refused("HTTP/1.1 2000\r\n\r\n", "no status line");
  refused("SSH-2.0-x\r\n\r\n", "no status line");
  refused("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "without name and colon");
  refused("HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n", "without name and colon");
  refused("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "content-length that is no number");
  refused("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", "two of them");
  refused("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", "both");
});

Deno.test("http1Head writes request line, host, fields and length", () => {
  const head = http1Head({
    method: "POST",
    path: "/a?b",
    authority: "h:1",
    headers: [["x-a", "b"]],
    bodyBytes: 3,
  });
  assertEquals(
    new TextDecoder().decode(head),
    "POST /a?b HTTP/1.1\r\nhost: h:1\r\nx-a: b\r\ncontent-length: 3\r\n\r\n",
  );
  const get = { method: "GET", path: "/", authority: "h", bodyBytes: 0 };
  assertEquals(new TextDecoder().decode(http1Head(get)), "GET / HTTP/1.1\r\nhost: h\r\n\r\n");
  const own = http1Head({ ...get, headers: [["Host", "other"]] });
  assertEquals(new TextDecoder().decode(own), "GET / HTTP/1.1\r\nHost: other\r\n\r\n");
});

Deno.test("http1Head refuses what would end its line", () => {
  const get = { method: "GET", path: "/", authority: "h", bodyBytes: 0 };
  assertThrows(() => http1Head({ ...get, path: "/a b" }), TypeError, "without spaces");
  assertThrows(() => http1Head({ ...get, method: "get\r\n" }), TypeError, "without spaces");
  assertThrows(() => http1Head({ ...get, headers: [["a", "b\r\nc: d"]] }), TypeError, "a line of text");
  assertThrows(() => http1Head({ ...get, headers: [["a b", "c"]] }), TypeError, "a header must be a name");
});
