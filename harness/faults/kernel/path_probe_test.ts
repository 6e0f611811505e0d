import { assertEquals } from "@std/assert";
import { parseProbes } from "./path_probe.ts";

Deno.test("parseProbes tells answered paths from silent ones and from those that lead nowhere", () => {
  const probes = parseProbes(
    [
      "10.1.0.2 0 1 512 Connection refused",
      "10.1.0.3 0 0 1800 ",
      "10.1.0.4 124 ",
      "10.1.0.5 0 1 90 Network is unreachable",
      "10.1.0.6 127 ",
      "",
    ].join("\n"),
    250,
  );
  assertEquals([...probes], [
    ["10.1.0.2", { isOpen: true, outcome: "refused", roundTripMs: 0.512 }],
    ["10.1.0.3", { isOpen: true, outcome: "connected", roundTripMs: 1.8 }],
    ["10.1.0.4", { isOpen: false, outcome: "no answer within 250 ms" }],
    ["10.1.0.5", { isOpen: false, outcome: "Network is unreachable" }],
    ["10.1.0.6", { isOpen: false, outcome: "the probe broke with code 127" }],
  ]);
});
