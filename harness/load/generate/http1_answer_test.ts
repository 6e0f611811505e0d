import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Http1Answer } from "./http1_answer.ts";
import { Http1Error } from "./http1_head.ts";

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** Reads `text` in slices of the given lengths; what is left over goes at the end. */
function read(text: string, cuts: readonly number[] = [], isHead = false): Http1Answer {
  const answer = new Http1Answer();
  answer.begin(isHead);
  const bytes = bytesOf(text);
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    const end = Math.min(bytes.length, at + cut);
    while (at < end && !answer.isDone) at = answer.push(bytes, at, end);
  }
  return answer;
}

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" +
  "5\r\nhello\r\n1A;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nsum: 1\r\n\r\n";

Deno.test("property: an answer is the same however its bytes are sliced", () => {
  const texts = {
    [CHUNKED]: [200, 31],
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\ncontent-length: 4\r\n\r\n\r\n\r\n": [404, 4],
    "HTTP/1.1 204 No Content\r\n\r\n": [204, 0],
  };
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 });
  fc.assert(fc.property(fc.constantFrom(...Object.entries(texts)), cuts, ([text, expected], slices) => {
    const answer = read(text, slices);
    assert(answer.isDone);
    assertEquals([answer.status, answer.bodyBytes], expected);
    assert(answer.isKeptAlive);
  }));
});

Deno.test("Http1Answer has no body for HEAD and 304, and ends with the connection where nothing else says when", () => {
  assert(read("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", [], true).isDone);
  assert(read("HTTP/1.1 304 Not\r\ncontent-length: 9\r\n\r\n").isDone);
  const open = read("HTTP/1.1 200 OK\r\n\r\nabc");
  assertEquals([open.isDone, open.finish(), open.bodyBytes, open.isKeptAlive], [false, true, 3, false]);
  const cut = read("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
  assertEquals([cut.isDone, cut.finish()], [false, false]);
});

Deno.test("Http1Answer refuses chunks that are none", () => {
  const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  const refused = (text: string, words: string) => assertThrows(() => read(head + text), Http1Error, words);
  refused("x\r\n", "a chunk without a size");
  refused("5\nhello\n", "ends without CR");
  refused("1\r\nhello\r\n", "longer than its size");
  refused("fffffffffffffffff\r\n", "a chunk without a size");
  refused("a".repeat(70_000), "of over 65536 bytes");
});

Deno.test("property: bytes by chance are an answer, unfinished, or an Http1Error", () => {
  const piece = fc.constantFrom(
    "HTTP/1.1 200 OK\r\n",
    "\r\n",
    "content-length: 3\r\n",
    "0",
    "abc",
    "\n",
    "5\r\n",
    "x: y\r\n",
  );
  fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
    try {
      read(pieces.join(""));
    } catch (error) {
      assert(error instanceof Http1Error, String(error));
    }
  }));
});
