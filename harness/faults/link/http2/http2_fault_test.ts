import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { memoryRecorder } from "../../../observe/testing/memory_recorder.ts";
import { openLink } from "../link.ts";
import { http2Fault } from "./http2_fault.ts";
import { openEchoCalls } from "./testing/echo_calls.ts";
import { hits, rule } from "./testing/rules_at_work.ts";

Deno.test("rules stack in their order, and the first that ends a stream is the last to strike", async () => {
  await using echo = await openEchoCalls([
    { name: "pushback", action: { kind: "pushbackHeader", pushbackMs: 5 } },
    { name: "late", action: { kind: "delay", delayMs: 5, direction: "both" } },
    { name: "first", match: { method: "**/Other" }, action: { kind: "abort", grpcStatus: "ABORTED" } },
    { name: "second", action: { kind: "abort", grpcStatus: "INTERNAL", when: "response-end" } },
  ]);
  assertEquals((await echo.call("x", { method: "Other" })).status, "ABORTED");
  assertEquals((await echo.call("y")).status, "INTERNAL");
  assertEquals(
    hits(echo).map((detail) => detail.slice(0, 14)),
    [
      'rule "late" del',
      'rule "first" a',
      'rule "late" del',
      'rule "second" ',
    ].map((text) => text.slice(0, 14)),
  );
});

Deno.test("http2Fault says what is wrong with rules, and with a link that is not in the mode", async () => {
  assertThrows(() => http2Fault([]), TypeError, "rules must be valid");
  assertThrows(
    () => http2Fault(rule({ kind: "abort", grpcStatus: "NOT_A_STATUS" })),
    TypeError,
    "expected one of OK",
  );
  assertThrows(() => http2Fault(rule({ kind: "abort" })), TypeError, "either grpcStatus or httpStatus");
  assertThrows(
    () => http2Fault([...rule({ kind: "missingTrailers" }), ...rule({ kind: "missingTrailers" })]),
    TypeError,
    '"r" is taken',
  );
  await using link = await openLink({ name: "plain", target: "127.0.0.1:1", recorder: memoryRecorder() });
  await assertRejects(
    () => link.arm(http2Fault(rule({ kind: "missingTrailers" }))),
    TypeError,
    'protocol: "http2"',
  );
});
