import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { frameMessage } from "../../wire/grpc_frame.ts";
import { splitMessages } from "./split_messages.ts";

Deno.test("splitMessages gives each message with its prefix, and the same list for the same body", () => {
  const framed = [
    frameMessage(Uint8Array.of(1, 2)),
    frameMessage(new Uint8Array(0)),
    frameMessage(Uint8Array.of(3)),
  ];
  const body = Uint8Array.from(framed.flatMap((bytes) => [...bytes]));
  const messages = splitMessages(body);
  assertEquals(messages, framed);
  assertStrictEquals(splitMessages(body), messages);
  assertEquals(splitMessages(new Uint8Array(0)), []);
});

Deno.test("splitMessages refuses a body that ends in the middle of a message", () => {
  const framed = frameMessage(Uint8Array.of(1, 2, 3));
  for (const length of [1, 4, 5, 7]) {
    assertThrows(
      () => splitMessages(framed.slice(0, length)),
      RangeError,
      `current value has ${length} bytes`,
    );
  }
});
