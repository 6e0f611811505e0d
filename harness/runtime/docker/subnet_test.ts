import { assertEquals, assertThrows } from "@std/assert";
import { carve, HostAddresses, parseSubnet, subnetText } from "./subnet.ts";

Deno.test("parseSubnet reads a subnet and clears the host part", () => {
  assertEquals(subnetText(parseSubnet("172.18.0.0/16")), "172.18.0.0/16");
  assertEquals(subnetText(parseSubnet("192.168.17.5/20")), "192.168.16.0/20");
  assertEquals(subnetText(parseSubnet("255.255.255.255/32")), "255.255.255.255/32");
});

Deno.test("parseSubnet refuses what is no IPv4 subnet and says what it expects", () => {
  for (const text of ["", "10.0.0.0", "10.0.0.256/8", "10.0.0.0/33", "fd00::/64", "10.0.0.0/8 "]) {
    assertThrows(() => parseSubnet(text), TypeError, "expected one such as 10.0.0.0/24");
  }
});

Deno.test("carve cuts a pool into subnets that follow each other without a gap", () => {
  const subnets = carve(parseSubnet("172.31.0.0/16"), 25).map(subnetText);
  assertEquals(subnets.length, 512);
  assertEquals(subnets.slice(0, 3), ["172.31.0.0/25", "172.31.0.128/25", "172.31.1.0/25"]);
  assertEquals(subnets.at(-1), "172.31.255.128/25");
});

Deno.test("carve takes a pool as it is when it is no larger than what is asked for", () => {
  assertEquals(carve(parseSubnet("10.1.2.0/27"), 25).map(subnetText), ["10.1.2.0/27"]);
});

Deno.test("HostAddresses gives each host once, leaves out gateway and broadcast, and then says what to do", () => {
  const hosts = new HostAddresses(parseSubnet("10.0.0.248/29"));
  assertEquals([1, 2, 3, 4, 5].map(() => hosts.next()), [
    "10.0.0.250",
    "10.0.0.251",
    "10.0.0.252",
    "10.0.0.253",
    "10.0.0.254",
  ]);
  assertThrows(() => hosts.next(), Error, "the 5 of 10.0.0.248/29 are taken");
});
