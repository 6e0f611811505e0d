import { assertEquals, assertThrows } from "@std/assert";
import { parseInterface, parseQdisc } from "./qdisc.ts";

const SHOWN =
  `[{"kind":"tbf","handle":"4d50:","root":true,"refcnt":3,"options":{"rate":100000,"burst":16384,"lat":100000},` +
  `"bytes":209380,"packets":142,"drops":3,"overlimits":150,"requeues":0,"backlog":4542,"qlen":3}]`;

Deno.test("parseQdisc reads the counters of the discipline with that handle", () => {
  assertEquals(parseQdisc(SHOWN, "4d50:"), {
    kind: "tbf",
    handle: "4d50:",
    bytes: 209380,
    packets: 142,
    drops: 3,
    overlimits: 150,
    backlog: 4542,
  });
  assertEquals(parseQdisc(SHOWN, "4d51:"), undefined);
  assertEquals(parseQdisc("", "4d50:"), undefined);
});

Deno.test("parseQdisc says what it expected of a text that is no listing", () => {
  assertThrows(
    () => parseQdisc("Object not found", "4d50:"),
    Error,
    'the JSON of "tc -s -j qdisc show", found',
  );
});

Deno.test("parseInterface finds the interface among empty objects, and none where there is none", () => {
  assertEquals(parseInterface('[{},{"ifindex":54,"ifname":"eth0","addr_info":[]}]'), "eth0");
  assertEquals(parseInterface("[{},{}]"), undefined);
  assertEquals(parseInterface("\n"), undefined);
});
