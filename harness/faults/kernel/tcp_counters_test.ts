import { assertEquals, assertThrows } from "@std/assert";
import { parseNetstat } from "./tcp_counters.ts";

const TEXT = [
  "TcpExt: SyncookiesSent TCPOFOQueue TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv",
  "TcpExt: 1 7 30 2 5",
  "IpExt: InNoRoutes TCPOFOQueue",
  "IpExt: 3 99",
  "",
].join("\n");

Deno.test("parseNetstat joins names and values of TCP, and of nothing else", () => {
  assertEquals(parseNetstat(TEXT), { duplicates: 32, outOfOrder: 7 });
});

Deno.test("parseNetstat names the counter that is missing", () => {
  assertThrows(() => parseNetstat(TEXT.replace("TCPOFOQueue", "Other")), Error, "the counter TCPOFOQueue");
  assertThrows(() => parseNetstat(""), Error, "no TcpExt line");
});
