import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { counterKey, type CutPlan, parseCounts, podsOf, removalCommands, tableCommands } from "./cuts.ts";
import { plainPod } from "./testing/plain_pod.ts";

const A = plainPod("a", "10.1.0.2");
const B = plainPod("b", "10.1.0.3");
const ONE_WAY: CutPlan = { cuts: [{ from: A, to: B }], action: "drop" };
const BOTH: CutPlan = { cuts: [{ from: A, to: B }, { from: B, to: A }], action: "drop" };

/** The rules of one chain, without indentation. */
function chain(commands: string, name: string): string[] {
  const [, body = ""] = new RegExp(`chain ${name} \\{\\n.*\\n([^}]*)\\}`).exec(commands) ?? [];
  return body.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

const cutsOf = (commands: string, name: string) =>
  chain(commands, name).filter((rule) => / (drop|reject)/.test(rule));

Deno.test("tableCommands drops where the packet arrives, and counts it before and behind", () => {
  const atReceiver = tableCommands(ONE_WAY, "meshproof-x", B);
  assertEquals(chain(atReceiver, "incoming"), [
    'iifname != "lo" ip saddr 10.1.0.2 tcp dport 9 counter drop comment "cut knock 0>1"',
    'iifname != "lo" ip saddr 10.1.0.2 tcp sport 9 counter drop comment "cut knock 0>1"',
    'iifname != "lo" ip saddr 10.1.0.2 counter drop comment "cut traffic 0>1"',
    'iifname != "lo" ip saddr 10.1.0.2 tcp dport 9 counter comment "arrived knock 0>1"',
    'iifname != "lo" ip saddr 10.1.0.2 tcp sport 9 counter comment "arrived knock 0>1"',
    'iifname != "lo" ip saddr 10.1.0.2 counter comment "arrived traffic 0>1"',
  ]);
  assertStringIncludes(atReceiver, "create table ip meshproof-x\n");
  const atSender = tableCommands(ONE_WAY, "meshproof-x", A);
  assertEquals([...cutsOf(atSender, "incoming"), ...cutsOf(atSender, "outgoing")], []);
  assertEquals(chain(atSender, "outgoing"), [
    'ip daddr 10.1.0.3 tcp dport 9 counter comment "sent knock 0>1"',
    'ip daddr 10.1.0.3 tcp sport 9 counter comment "sent knock 0>1"',
  ]);
});

Deno.test("tableCommands cuts both ways at both receivers", () => {
  assertEquals(cutsOf(tableCommands(BOTH, "t", A), "incoming").length, 3);
  assertEquals(cutsOf(tableCommands(BOTH, "t", B), "incoming").length, 3);
});

Deno.test("tableCommands rejects at the sender, TCP by a reset", () => {
  const atSender = tableCommands({ ...ONE_WAY, action: "reject" }, "t", A);
  assertEquals(cutsOf(atSender, "outgoing"), [
    'ip daddr 10.1.0.3 tcp dport 9 counter reject with tcp reset comment "cut knock 0>1"',
    'ip daddr 10.1.0.3 tcp sport 9 counter reject with tcp reset comment "cut knock 0>1"',
    'ip daddr 10.1.0.3 meta l4proto tcp counter reject with tcp reset comment "cut traffic 0>1"',
    'ip daddr 10.1.0.3 counter reject comment "cut traffic 0>1"',
  ]);
  assertEquals(cutsOf(tableCommands({ ...ONE_WAY, action: "reject" }, "t", B), "incoming"), []);
});

Deno.test("tableCommands seals a pod against everybody behind the cuts that are counted by name", () => {
  const commands = tableCommands({ ...BOTH, sealed: A }, "t", A);
  assertEquals(cutsOf(commands, "incoming").at(-1), 'iifname != "lo" counter drop comment "sealed"');
  assertEquals(cutsOf(commands, "outgoing").at(-1), 'oifname != "lo" counter drop comment "sealed"');
  const atPeer = tableCommands({ ...BOTH, sealed: A }, "t", B);
  assertEquals([...cutsOf(atPeer, "incoming"), ...cutsOf(atPeer, "outgoing")], []);
});

Deno.test("removalCommands names one table, and works where it is gone already", () => {
  assertEquals(removalCommands("meshproof-x"), "add table ip meshproof-x; delete table ip meshproof-x");
});

Deno.test("podsOf lists each pod once, and counterKey names a pair by its place there", () => {
  assertEquals(podsOf(BOTH), [A, B]);
  assertEquals(counterKey(podsOf(BOTH), "cut", "traffic", { from: B, to: A }), "cut traffic 1>0");
});

Deno.test("parseCounts adds up the rules of one comment", () => {
  const rule = (comment: string | undefined, packets: number) => ({
    rule: {
      family: "ip",
      table: "meshproof-x",
      chain: "incoming",
      handle: 3,
      ...(comment === undefined ? {} : { comment }),
      expr: [
        { match: { op: "!=", left: { meta: { key: "iifname" } }, right: "lo" } },
        { counter: { packets, bytes: packets * 60 } },
        { drop: null },
      ],
    },
  });
  const text = JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6", release_name: "Lester Gooch #5", json_schema_version: 1 } },
      { table: { family: "ip", name: "meshproof-x", handle: 13 } },
      { chain: { family: "ip", table: "meshproof-x", name: "incoming", handle: 1, prio: -300 } },
      rule("cut knock 0>1", 2),
      rule("cut knock 0>1", 3),
      rule("cut traffic 0>1", 7),
      rule(undefined, 100),
    ],
  });
  assertEquals([...parseCounts(text)], [["cut knock 0>1", 5], ["cut traffic 0>1", 7]]);
});

Deno.test("parseCounts says what it expected of a text that is no listing", () => {
  assertThrows(
    () => parseCounts("nft: not found"),
    Error,
    'what "nft -j list table" prints, found "nft: not found"',
  );
  assertThrows(() => parseCounts('{"nftables": 3}'), Error, "nft -j list table");
});
