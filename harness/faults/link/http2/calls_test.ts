import { assert, assertEquals, assertMatch } from "@std/assert";
import { everywhere } from "../testing/everywhere.ts";
import { latency } from "../toxics/latency.ts";
import { slice } from "../toxics/slice.ts";
import type { RuleInput } from "./rule_spec.ts";
import { openEchoCalls } from "./testing/echo_calls.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("the HTTP/2 mode passes calls of all sizes and kinds when nothing is armed", async () => {
  await using echo = await openEchoCalls();
  const first = await echo.call("first");
  assertEquals(first.status, "OK", first.message);
  const many = await Promise.all(
    Array.from({ length: 100 }, (_, index) => echo.call(`call-${index}`, { bytes: index * 100 })),
  );
  assertEquals(many.map(({ status }) => status), many.map(() => "OK"));
  assertEquals(many.map(({ bytes }) => bytes), many.map((_, index) => index * 100));
  const large = await Promise.all([1, 2, 3].map((index) => echo.call(`large-${index}`, { bytes: 1 << 20 })));
  assertEquals(large.map(({ bytes }) => bytes), [1 << 20, 1 << 20, 1 << 20]);
  const chat = await echo.chat("chat", 200, 10_000);
  assertEquals([chat.ended.status, chat.messages], ["OK", 200]);
  assertEquals(echo.served.length, 105);
  assertEquals(echo.recorder.of("note"), []);
});

everywhere("rules work, are told as hits and witnessed wherever the link lives", async (host) => {
  const rules: RuleInput[] = [{
    name: "third",
    match: { method: "/test.Echo/*", nth: { every: 3 } },
    action: { kind: "abort", grpcStatus: "ABORTED", message: "by rule" },
  }];
  await using echo = await openEchoCalls(rules, 1, host);
  const statuses: string[] = [];
  for (let count = 1; count <= 6; count++) statuses.push((await echo.call(`call-${count}`)).status);
  assertEquals(statuses, ["OK", "OK", "ABORTED", "OK", "OK", "ABORTED"]);
  for (let seen = await echo.rules.witness(); !seen.witnessed; seen = await echo.rules.witness()) {
    await turn();
  }
  await echo.rules.heal();
  assertEquals(
    (await Promise.all([7, 8, 9].map((count) => echo.call(`${count}`)))).map(({ status }) => status),
    [
      "OK",
      "OK",
      "OK",
    ],
  );
  while (echo.recorder.of("fault.hit").length < 2) await turn();
  const hits = echo.recorder.of("fault.hit");
  assertEquals(hits.map(({ fault, connection, detail }) => [fault, connection, detail]), [
    ["rules", 1, 'rule "third" abort: request 3 stream 5 /test.Echo/Call id=call-3'],
    ["rules", 1, 'rule "third" abort: request 6 stream 11 /test.Echo/Call id=call-6'],
  ]);
  assertEquals((await echo.link.books()).hits["rules"]?.strikes, 2);
});

Deno.test("a seeded share strikes the same calls, from one connection or from three", async () => {
  const struck = async (clients: number) => {
    await using echo = await openEchoCalls(
      [{ name: "some", match: { share: 0.4 }, action: { kind: "abort", grpcStatus: "ABORTED" } }],
      clients,
    );
    const ids: string[] = [];
    for (let index = 0; index < 30; index++) {
      const { status } = await echo.call(`call-${index}`, { client: index % clients });
      if (status === "ABORTED") ids.push(`call-${index}`);
    }
    assertEquals((await echo.link.books()).accepted, clients);
    return ids;
  };
  const ids = await struck(1);
  assert(ids.length > 2 && ids.length < 28, `${ids}`);
  assertEquals(await struck(3), ids);
});

Deno.test("toxics work behind the HTTP/2 mode, and are healed in mid-flight", async () => {
  await using echo = await openEchoCalls([{ name: "r", action: { kind: "pushbackHeader", pushbackMs: 3 } }]);
  const sliced = await echo.link.arm(slice({ maxBytes: 700, direction: "both" }));
  const slow = await echo.link.arm(latency({ delayMs: 2, direction: "both" }));
  const calls = Array.from({ length: 20 }, (_, index) => echo.call(`call-${index}`, { bytes: 20_000 }));
  await calls[0];
  await sliced.heal();
  await slow.heal();
  const ended = await Promise.all(calls);
  assertEquals(ended.map(({ status, bytes }) => [status, bytes]), ended.map(() => ["OK", 20_000]));
  assert(ended.every(({ trailers }) => trailers["grpc-retry-pushback-ms"] === "3"));
});

Deno.test("calls that are cut off on either side end, and leave no connection open", async () => {
  await using echo = await openEchoCalls([
    { name: "slow", action: { kind: "delay", delayMs: 3_600_000, direction: "down" } },
  ], 2);
  const [late, cut] = [
    echo.call("hang", { deadlineMs: 300 }),
    echo.call("hang-2", { client: 1, deadlineMs: 60_000 }),
  ];
  while (echo.served.length < 2) await turn();
  assertEquals((await late).status, "DEADLINE_EXCEEDED");
  // The caller's CANCEL goes on to the server although nothing comes back.
  while (!echo.cancelled.includes("hang")) await turn();
  await echo.link.close();
  const ended = await cut;
  assertEquals(ended.status, "UNAVAILABLE");
  assertMatch(ended.message, /./);
  assertEquals((await echo.link.books()).connections, 0);
});
