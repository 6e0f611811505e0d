import { assert, assertEquals, assertMatch } from "@std/assert";
import { openEchoCalls } from "./testing/echo_calls.ts";
import { hits, rule, until, witnessed } from "./testing/rules_at_work.ts";

Deno.test("abort answers with any gRPC status and message, and the server never sees the call", async () => {
  for (
    const [grpcStatus, status] of [["ABORTED", "ABORTED"], [14, "UNAVAILABLE"], [
      16,
      "UNAUTHENTICATED",
    ]] as const
  ) {
    await using echo = await openEchoCalls(rule({ kind: "abort", grpcStatus, message: "so wanted: ü %" }));
    const ended = await echo.call("x");
    assertEquals([ended.status, ended.message, ended.bytes], [status, "so wanted: ü %", -1]);
    const large = await echo.call("y", { bytes: 1 << 20 });
    assertEquals(large.status, status);
    const chat = await echo.chat("z", 50);
    assertEquals([chat.ended.status, chat.messages], [status, 0]);
    assertEquals(echo.served, []);
    assertMatch(await witnessed(echo), /abort applied to 3 of 3 requests, [123] seen from the far side/);
    assertEquals(hits(echo), [
      'rule "r" abort: request 1 stream 1 /test.Echo/Call id=x',
      'rule "r" abort: request 2 stream 3 /test.Echo/Call id=y',
      'rule "r" abort: request 3 stream 5 /test.Echo/Chat id=z',
    ]);
  }
});

Deno.test("abort with an HTTP status is mapped by the client as gRPC says", async () => {
  await using echo = await openEchoCalls(rule({ kind: "abort", httpStatus: 503 }));
  const ended = await echo.call("x");
  assertEquals(ended.status, "UNAVAILABLE");
  assertEquals(echo.served, []);
});

Deno.test("abort after the request cancels it at the server, which has seen it", async () => {
  await using echo = await openEchoCalls(
    rule({ kind: "abort", grpcStatus: "DATA_LOSS", message: "late", when: "request-end" }),
  );
  const ended = await echo.call("hang", { bytes: 1000 });
  assertEquals([ended.status, ended.message], ["DATA_LOSS", "late"]);
  // The target may be told CANCEL before it has made a call of what it got: then it serves nothing.
  const again = await echo.call("hang-2");
  assertEquals(again.status, "DATA_LOSS");
  await witnessed(echo);
});

Deno.test("abort at the answer's headers, its first message and its end replaces what would have come", async () => {
  for (const when of ["response-headers", "first-message", "response-end"] as const) {
    await using echo = await openEchoCalls(
      rule({ kind: "abort", grpcStatus: "INTERNAL", message: when, when }),
    );
    const ended = await echo.call("x");
    assertEquals([ended.status, ended.message], ["INTERNAL", when]);
    assertEquals(echo.served.length, 1);
    const chat = await echo.chat("y", 5);
    assertEquals([chat.ended.status, chat.messages > 0], ["INTERNAL", when !== "response-headers"]);
    await witnessed(echo);
  }
});

Deno.test("rstStream resets the call with its code, before and after the server has seen it", async () => {
  for (
    const [code, status] of [["REFUSED_STREAM", "UNAVAILABLE"], ["ENHANCE_YOUR_CALM", "RESOURCE_EXHAUSTED"]]
  ) {
    await using echo = await openEchoCalls(rule({ kind: "rstStream", code: code! }));
    const ended = await echo.call("x", { bytes: 100_000, deadlineMs: 2000 });
    assertEquals(ended.status, status, ended.message);
    assertEquals(echo.served, []);
    await witnessed(echo);
  }
  await using echo = await openEchoCalls(
    rule({ kind: "rstStream", code: "INTERNAL_ERROR", when: "first-message" }),
  );
  const chat = await echo.chat("y", 5);
  assertEquals(chat.ended.status, "INTERNAL");
  await until(() => echo.cancelled.includes("y"));
});

Deno.test("delay up holds one call from the server while later ones overtake it; healed, it is served", async () => {
  await using echo = await openEchoCalls(
    rule({ kind: "delay", delayMs: 3_600_000, direction: "up" }, {
      header: { "x-meshproof-id": { regex: "^slow" } },
    }),
  );
  await echo.call("warm");
  const slow = echo.call("slow", { bytes: 30_000, deadlineMs: 60_000 });
  const quick = await Promise.all([1, 2, 3].map((index) => echo.call(`quick-${index}`)));
  assertEquals(quick.map(({ status }) => status), ["OK", "OK", "OK"]);
  await echo.rules.heal();
  const ended = await slow;
  assertEquals([ended.status, ended.bytes], ["OK", 30_000], ended.message);
  assertEquals(echo.served.map(({ id }) => id), ["warm", "quick-1", "quick-2", "quick-3", "slow"]);
  // The numbers of both sides differ from here on.
  const later = await Promise.all([1, 2, 3].map((index) => echo.call(`later-${index}`, { bytes: 200_000 })));
  assertEquals(later.map(({ bytes }) => bytes), [200_000, 200_000, 200_000]);
});

Deno.test("delay of both directions keeps the order of a stream, and is witnessed by what it held", async () => {
  await using echo = await openEchoCalls(rule({ kind: "delay", delayMs: 5, direction: "both" }));
  const chat = await echo.chat("chat", 50, 2000);
  assertEquals([chat.ended.status, chat.messages], ["OK", 50]);
  assertMatch(await witnessed(echo), /delay applied to 1 of 1 requests, 1 seen/);
});

Deno.test("delay down holds the answer that the server has given; healing lets it go at once", async () => {
  await using echo = await openEchoCalls(rule({ kind: "delay", delayMs: 3_600_000, direction: "down" }));
  const ended = echo.call("x", { deadlineMs: 60_000 });
  await until(() => echo.served.length === 1);
  assertEquals((await echo.rules.witness()).witnessed, false);
  await until(() => hits(echo).length === 1);
  await echo.rules.heal();
  assertEquals((await ended).status, "OK");
});

Deno.test("goaway counts this request or not, and the next call gets a connection of its own", async () => {
  await using keeps = await openEchoCalls(
    rule({ kind: "goaway", lastStreamId: "this" }, { nth: { exactly: 2 } }),
  );
  for (const id of ["a", "b", "c", "d"]) assertEquals((await keeps.call(id)).status, "OK");
  assertEquals(keeps.served.map(({ id }) => id), ["a", "b", "c", "d"]);
  await until(async () => (await keeps.link.books()).ended.length === 1);
  assertEquals((await keeps.link.books()).accepted, 2);

  await using drops = await openEchoCalls(
    rule({ kind: "goaway", lastStreamId: "previous" }, { nth: { exactly: 2 } }),
  );
  assertEquals((await drops.call("a")).status, "OK");
  const refused = await drops.call("b");
  // grpc-js tries again by itself what was not seen, on a new connection.
  assert(["OK", "UNAVAILABLE"].includes(refused.status), refused.status);
  assertEquals((await drops.link.books()).accepted, refused.status === "OK" ? 2 : 1);
  assertEquals((await drops.call("c")).status, "OK");
});

Deno.test("a graceful goaway loses no call", async () => {
  await using echo = await openEchoCalls(
    rule({ kind: "goaway", lastStreamId: "this", graceful: true }, { nth: { every: 10 } }),
  );
  const calls = await Promise.all(
    Array.from({ length: 40 }, (_, index) => echo.call(`call-${index}`, { bytes: 5000 })),
  );
  assertEquals(calls.filter(({ status }) => status !== "OK"), []);
  assertEquals((await echo.call("after")).status, "OK");
  assertEquals(echo.served.length, 41);
  assert((await echo.link.books()).accepted > 1);
});

Deno.test("missingTrailers ends the answer without a status", async () => {
  await using echo = await openEchoCalls(rule({ kind: "missingTrailers" }));
  const ended = await echo.call("x");
  assert(ended.status !== "OK", ended.status);
  assertEquals(echo.served.length, 1);
  const chat = await echo.chat("y", 3);
  assertEquals([chat.ended.status === "OK", chat.messages], [false, 3]);
  await witnessed(echo);
});

Deno.test("stoppedFlowControl of the client stalls a large answer until it is healed", async () => {
  for (const scope of ["stream", "connection"] as const) {
    await using echo = await openEchoCalls(
      rule({ kind: "stoppedFlowControl", from: "client", scope }, { header: { "x-meshproof-id": "large" } }),
    );
    let isOver = false;
    const large = echo.call("large", { bytes: 4 << 20 }).then((ended) => (isOver = true, ended));
    await witnessed(echo);
    if (scope === "stream") assertEquals((await echo.call("small")).status, "OK");
    assertEquals(isOver, false);
    await echo.rules.heal();
    assertEquals((await large).bytes, 4 << 20);
  }
});

Deno.test("stoppedFlowControl of the server stalls a large request until it is healed", async () => {
  await using echo = await openEchoCalls(rule({ kind: "stoppedFlowControl", from: "server" }));
  const large = echo.call("large", { bytes: 4 << 20 });
  await witnessed(echo);
  assertEquals(echo.served, []);
  await echo.rules.heal();
  assertEquals((await large).bytes, 4 << 20);
});

Deno.test("slowHeaders trickle as CONTINUATIONs each way, with calls behind them in order", async () => {
  for (const direction of ["up", "down"] as const) {
    await using echo = await openEchoCalls(
      rule({ kind: "slowHeaders", intervalMs: 2, direction }, { nth: { exactly: 2 } }),
    );
    const calls = await Promise.all([1, 2, 3].map((index) => echo.call(`call-${index}`)));
    assertEquals(calls.map(({ status }) => status), ["OK", "OK", "OK"]);
    await witnessed(echo);
  }
});

Deno.test("slowHeaders that would take hours come at once when they are healed", async () => {
  await using echo = await openEchoCalls(
    rule({ kind: "slowHeaders", intervalMs: 3_600_000, direction: "down" }, { nth: { exactly: 1 } }),
  );
  const call = echo.call("x");
  await until(() => hits(echo).length === 1);
  await echo.rules.heal();
  assertEquals((await call).status, "OK");
});

Deno.test("truncatedMessage ends the answer in the middle of a message", async () => {
  for (const then of ["endStream", "rstStream"] as const) {
    await using echo = await openEchoCalls(
      rule({ kind: "truncatedMessage", bytes: 20, then }, { method: "/test.Echo/Call" }),
    );
    const cut = await echo.call("x", { bytes: 100_000 });
    assert(cut.status !== "OK", cut.status);
    const short = await echo.call("y", { bytes: 20 });
    assertEquals(short.status, "OK");
    assertEquals((await echo.call("z", { method: "Other", bytes: 300_000 })).bytes, 300_000);
    assertEquals(hits(echo).length, 1);
    await witnessed(echo);
  }
});

Deno.test("truncatedMessage of a request fails at the server, and the connection's window does not leak", async () => {
  await using echo = await openEchoCalls(
    rule({ kind: "truncatedMessage", bytes: 10, direction: "up" }, { method: "/test.Echo/Call" }),
  );
  for (let count = 0; count < 8; count++) {
    const cut = await echo.call(`cut-${count}`, { bytes: 300_000 });
    assert(cut.status !== "OK", cut.status);
  }
  assertEquals((await echo.call("whole", { method: "Other", bytes: 1 << 20 })).bytes, 1 << 20);
});

Deno.test("wrongContentLength is found by the client, or by the server", async () => {
  for (const direction of ["up", "down"] as const) {
    await using echo = await openEchoCalls(rule({ kind: "wrongContentLength", delta: 1, direction }));
    const ended = await echo.call("x", { deadlineMs: 3000 });
    assert(ended.status !== "OK", ended.status);
    assertEquals(hits(echo).length, 1);
    await witnessed(echo);
  }
});

Deno.test("pushbackHeader comes with the trailers", async () => {
  await using echo = await openEchoCalls(rule({ kind: "pushbackHeader", pushbackMs: -1 }));
  const ended = await echo.call("x");
  assertEquals([ended.status, ended.trailers["grpc-retry-pushback-ms"]], ["OK", "-1"]);
  await witnessed(echo);
});
