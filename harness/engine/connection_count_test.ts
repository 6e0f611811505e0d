import { assertEquals, assertThrows } from "@std/assert";
import { COUNT_COMMAND, countingRules, readConnectionCount } from "./connection_count.ts";

/** What `iptables-save --counters --table filter` prints of our rules, once they have counted. */
function printed(packets: readonly number[]): string {
  const rules = countingRules().split("\n").filter((line) => line.startsWith("-A MESHPROOF_COUNT"));
  return [
    "*filter",
    ":INPUT ACCEPT [12:3456]",
    ":MESHPROOF_COUNT - [0:0]",
    "[9:540] -A OUTPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j MESHPROOF_COUNT",
    ...rules.map((rule, index) => `[${packets[index] ?? 0}:60] ${rule}`),
    "COMMIT",
  ].join("\n");
}

Deno.test("readConnectionCount reads who opened connections and where they went", () => {
  assertEquals(readConnectionCount(printed([1, 2, 3, 4, 5, 6])), {
    byProxy: { toOutbound: 1, toInbound: 2, straight: 3 },
    byOthers: { toOutbound: 4, toInbound: 5, straight: 6 },
  });
});

Deno.test("readConnectionCount refuses a table in which the rules are not all there", () => {
  const text = printed([]).split("\n").slice(0, -3).join("\n");
  assertThrows(() => readConnectionCount(text), Error, "expected 6 rules in chain MESHPROOF_COUNT, found 4");
  assertThrows(() => readConnectionCount(""), Error, "found 0");
});

Deno.test("countingRules decide nothing: every one of them only returns", () => {
  const rules = countingRules().split("\n").filter((line) => line.startsWith("-A MESHPROOF_COUNT"));
  assertEquals(rules.length, 6);
  assertEquals(rules.filter((rule) => !rule.endsWith("-j RETURN")), []);
  assertEquals(COUNT_COMMAND.at(-1), countingRules());
});
