import { assertEquals, assertThrows } from "@std/assert";
import type { Pod } from "../model/process.ts";
import { distinctPorts } from "./distinct_ports.ts";

/** A pod that gives these ports, one draw after the other; the last ones for ever. */
function pod(name: string, host: string, ...draws: readonly number[][]): Pod {
  let drawn = 0;
  return { name, host, bind: host, freePorts: () => draws[Math.min(drawn++, draws.length - 1)] ?? [] };
}

Deno.test("distinctPorts draws again when another pod of the same host was given a port", () => {
  const pods = [
    pod("a", "127.0.0.1", [1, 2]),
    pod("b", "127.0.0.1", [3, 1], [2, 4], [5, 6]),
    pod("c", "127.0.0.1", [7, 8]),
  ];
  assertEquals(distinctPorts(pods, 2), [[1, 2], [5, 6], [7, 8]]);
});

Deno.test("distinctPorts lets pods of different hosts have the same ports", () => {
  assertEquals(distinctPorts([pod("a", "10.0.0.1", [1]), pod("b", "10.0.0.2", [1])], 1), [[1], [1]]);
});

Deno.test("distinctPorts names the pod that has no other ports to give", () => {
  const pods = [pod("a", "127.0.0.1", [1]), pod("b", "127.0.0.1", [1])];
  assertThrows(() => distinctPorts(pods, 1), Error, 'Cannot find 1 ports of 127.0.0.1 for "b"');
});
