import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { frameMessage } from "../../../wire/grpc_frame.ts";
import { MessageMeter } from "./message_meter.ts";

Deno.test("MessageMeter cuts the first gRPC message after so many bytes, however the body is sliced", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 300 }),
      fc.nat({ max: 300 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (messageBytes, limitBytes, lengths) => {
        const body = new Uint8Array([
          ...frameMessage(new Uint8Array(messageBytes)),
          ...frameMessage(new Uint8Array(9)),
        ]);
        const meter = new MessageMeter(true);
        let passed = 0;
        let cut: number | undefined;
        for (let turn = 0; passed < body.length && cut === undefined; turn++) {
          const piece = body.subarray(passed, passed + lengths[turn % lengths.length]!);
          meter.take(piece);
          cut = meter.cutAt(piece.length, limitBytes);
          passed += cut ?? piece.length;
          if (cut === undefined) assertEquals(meter.isWhole, passed >= 5 + messageBytes);
        }
        assertEquals(passed, messageBytes > limitBytes ? 5 + limitBytes : body.length);
      },
    ),
  );
});

Deno.test("MessageMeter takes a body without messages as one, and cuts it when it goes on", () => {
  const meter = new MessageMeter(false);
  assertEquals(meter.isWhole, false);
  meter.take(new Uint8Array(10));
  assertEquals([meter.isWhole, meter.cutAt(10, 10)], [true, undefined]);
  meter.take(new Uint8Array(4));
  assertEquals(meter.cutAt(4, 10), 0);
});
