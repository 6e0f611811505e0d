import { assertEquals, assertMatch } from "@std/assert";
import { everyOnwardCall, noOnwardCall } from "./onward.ts";
import { history } from "./testing/history_builder.ts";
import { addOnwardCalls, type OnwardSpec } from "./testing/onward_builder.ts";

const WANTED = { at: "echo-1", via: ["client-1/outbound", "echo-1/inbound"], peer: "127.0.0.6" };

/** A phase of two calls, whose second shows this of its onward call. */
const phaseWith = (onward?: readonly OnwardSpec[]) =>
  addOnwardCalls(history(), "p", 2, {}, onward === undefined ? {} : { onward }).judged.phase("p");

Deno.test("everyOnwardCall passes where each was received once, there, by that way", () => {
  assertEquals(everyOnwardCall(phaseWith(), WANTED).verdict, "pass");
});

Deno.test("everyOnwardCall fails on the one that went elsewhere, otherwise, twice or nowhere, and tells how", () => {
  const fails = (onward: readonly OnwardSpec[], says: RegExp) => {
    const check = everyOnwardCall(phaseWith(onward), WANTED);
    assertEquals(check.verdict, "fail");
    assertMatch(check.actual, says);
  };
  fails([{ at: "echo-2" }], /1 of 2 otherwise; p#2: at echo-2 through/);
  fails([{ via: [] }], /through no proxy/);
  fails([{ via: ["echo-1/inbound"] }], /through echo-1\/inbound, from/);
  fails(
    [{ via: ["client-1/outbound", "client-1/outbound", "echo-1/inbound"] }],
    /outbound, client-1\/outbound/,
  );
  fails([{ peer: "10.0.0.2" }], /from 10\.0\.0\.2/);
  fails([{}, {}], /at echo-1 through .*; at echo-1 through/);
  fails([], /p#2: at no instance/);
});

Deno.test("everyOnwardCall looks at the peer only where it is asked for", () => {
  const { at, via } = WANTED;
  assertEquals(everyOnwardCall(phaseWith([{ peer: "10.0.0.2" }]), { at, via }).verdict, "pass");
});

Deno.test("noOnwardCall fails as soon as one gets through, by whatever way", () => {
  const closed = addOnwardCalls(history(), "p", 2, { onward: [] });
  assertEquals(noOnwardCall(closed.judged.phase("p")).verdict, "pass");
  const leaky = addOnwardCalls(history(), "p", 2, { onward: [] }, {
    onward: [{ via: [], peer: "10.0.0.2" }],
  });
  const leak = noOnwardCall(leaky.judged.phase("p"));
  assertEquals(leak.verdict, "fail");
  assertMatch(leak.actual, /1 of 2 do; the first at echo-1 through no proxy, from 10\.0\.0\.2/);
});

Deno.test("everyOnwardCall and noOnwardCall prove nothing without calls", () => {
  assertEquals(everyOnwardCall(history().judged.phase("p"), WANTED).verdict, "vacuous");
  assertEquals(noOnwardCall(history().judged.phase("p")).verdict, "vacuous");
});
