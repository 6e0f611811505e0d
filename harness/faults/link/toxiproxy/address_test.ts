import { assertEquals, assertThrows } from "@std/assert";
import { checkUpstream, isLoopback, listenPlace } from "./address.ts";
import { ApiError } from "./api_error.ts";

const LOOPBACK = { allowRemote: false };
const REMOTE = { allowRemote: true };

Deno.test("listenPlace reads host and port, and narrows every interface to the loopback unless others may come in", () => {
  assertEquals(listenPlace("127.0.0.1:80", LOOPBACK), { bind: "127.0.0.1", port: 80 });
  assertEquals(listenPlace("localhost:0", LOOPBACK), { bind: "127.0.0.1", port: 0 });
  for (const every of ["0.0.0.0:8666", ":8666", "[::]:8666"]) {
    assertEquals(listenPlace(every, LOOPBACK), { bind: "127.0.0.1", port: 8666 }, every);
    assertEquals(listenPlace(every, REMOTE), { bind: "0.0.0.0", port: 8666 }, every);
  }
  assertEquals(listenPlace(":1", { ...LOOPBACK, ownHost: "127.0.0.9" }), { bind: "127.0.0.9", port: 1 });
  assertEquals(listenPlace("", LOOPBACK), { bind: "127.0.0.1", port: 0 });
  assertEquals(listenPlace("192.0.2.1:80", REMOTE), { bind: "192.0.2.1", port: 80 });
});

Deno.test("listenPlace refuses what is no address with 500, and what is not of the loopback with 403", () => {
  for (const bad of ["nonsense", "127.0.0.1:99999", "127.0.0.1:1x", "127.0.0.1:", "127.0.0.1:-1"]) {
    const error = assertThrows(() => listenPlace(bad, REMOTE), ApiError, `found "${bad}"`);
    assertEquals(error.status, 500, bad);
  }
  const error = assertThrows(() => listenPlace("192.0.2.1:80", LOOPBACK), ApiError, "--allow-remote");
  assertEquals(error.status, 403);
});

Deno.test("checkUpstream wants a host and a port, and the loopback unless others are allowed", () => {
  assertEquals(checkUpstream("localhost:6379", LOOPBACK), "localhost:6379");
  assertEquals(checkUpstream("somehost:12345", REMOTE), "somehost:12345");
  for (const bad of ["nonsense", ":80", "127.0.0.1:0", "[]:1"]) {
    assertEquals(assertThrows(() => checkUpstream(bad, REMOTE), ApiError).status, 400, bad);
  }
  assertEquals(assertThrows(() => checkUpstream("somehost:1", LOOPBACK), ApiError).status, 403);
});

Deno.test("isLoopback does not fall for names that only begin like the loopback", () => {
  assertEquals(["localhost", "127.0.0.1", "127.8.9.1"].map(isLoopback), [true, true, true]);
  assertEquals(["127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "0.0.0.0"].map(isLoopback), [
    false,
    false,
    false,
    false,
  ]);
});
