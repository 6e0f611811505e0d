import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeGrpcMessage, frameMessage, grpcTimeout, MessageReader, statusOfHttp } from "./grpc_frame.ts";

Deno.test("property: MessageReader gives back the messages of any slicing", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sent, cuts) => {
      const stream = sent.flatMap((message) => [...frameMessage(message)]);
      const reader = new MessageReader();
      const got: Uint8Array[] = [];
      for (let offset = 0, turn = 0; offset < stream.length; turn++) {
        const end = offset + (cuts[turn % cuts.length] ?? 1);
        got.push(...reader.push(new Uint8Array(stream.slice(offset, end))));
        offset = end;
      }
      assertEquals(got, sent);
    }),
  );
});

Deno.test("MessageReader tells each prefix once, as soon as it is there, and what is still open", () => {
  const prefixes: [number, number][] = [];
  const reader = new MessageReader((flag, messageBytes) => prefixes.push([flag, messageBytes]));
  const stream = new Uint8Array([...frameMessage(new Uint8Array(3)), ...frameMessage(new Uint8Array(1000))]);
  stream[8] = 1;
  assertEquals([reader.push(stream, 0, 4).length, prefixes.length, reader.pendingBytes], [0, 0, 4]);
  assertEquals([reader.push(stream, 4, 13).length, reader.pendingBytes], [1, 5]);
  assertEquals(prefixes, [[0, 3], [1, 1000]]);
  assertEquals(reader.push(stream, 13, 900), []);
  assertEquals(reader.push(stream, 900), [new Uint8Array(1000)]);
  assertEquals([prefixes.length, reader.pendingBytes], [2, 0]);
});

Deno.test("decodeGrpcMessage decodes percent-encoding, and leaves what is badly encoded", () => {
  assertEquals(decodeGrpcMessage("no%20route: %E2%82%AC"), "no route: €");
  assertEquals(decodeGrpcMessage("100 % of %zz"), "100 % of %zz");
});

Deno.test("grpcTimeout rounds up, and keeps to eight digits", () => {
  assertEquals([grpcTimeout(0.2), grpcTimeout(1500), grpcTimeout(3e8), grpcTimeout(-1)], [
    "1m",
    "1500m",
    "300000S",
    "0m",
  ]);
});

Deno.test("statusOfHttp maps as gRPC's table says", () => {
  assertEquals(
    [400, 401, 403, 404, 429, 503, 200, 500].map(statusOfHttp),
    [
      "INTERNAL",
      "UNAUTHENTICATED",
      "PERMISSION_DENIED",
      "UNIMPLEMENTED",
      "UNAVAILABLE",
      "UNAVAILABLE",
      "UNKNOWN",
      "UNKNOWN",
    ],
  );
});
