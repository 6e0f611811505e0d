import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UsageError } from "./exit.ts";
import { checkLoadAddress, isLoopback, parseLoadAddress } from "./load_address.ts";

Deno.test("parseLoadAddress reads addresses and URLs", () => {
  assertEquals(parseLoadAddress("localhost:80"), {
    address: "localhost:80",
    host: "localhost",
    path: "/",
    isTls: false,
    protocol: undefined,
  });
  const of = (text: string) => {
    const { address, path, isTls, protocol } = parseLoadAddress(text);
    return [address, path, isTls, protocol];
  };
  assertEquals(of("http://127.0.0.1:8080/a?b=c#d"), ["127.0.0.1:8080", "/a?b=c", false, "http1"]);
  assertEquals(of("https://[::1]?q"), ["[::1]:443", "/?q", true, "http1"]);
  assertEquals(of("grpcs://host.test:50051"), ["host.test:50051", "/", true, "grpc"]);
});

Deno.test("parseLoadAddress refuses what is neither", () => {
  for (
    const text of [
      "",
      "localhost",
      "localhost:0",
      "localhost:99999",
      "ftp://a:1",
      "http://",
      "user@a:1",
      "::1:80",
    ]
  ) {
    assertThrows(() => parseLoadAddress(text), UsageError, "expected host:port or a URL with one of http://");
  }
});

Deno.test("checkLoadAddress lets a load leave this machine only when it is said to both", async () => {
  assertEquals(["127.1.2.3", "localhost", "::1"].map(isLoopback), [true, true, true]);
  assertEquals(["127.0.0.1.evil.test", "10.0.0.1", "localhost.evil.test"].map(isLoopback), [
    false,
    false,
    false,
  ]);
  await checkLoadAddress(parseLoadAddress("127.0.0.1:1"), false);
  const remote = parseLoadAddress("192.0.2.1:80");
  await assertRejects(() => checkLoadAddress(remote, false), UsageError, "say --allow-remote");
  await assertRejects(() => checkLoadAddress(remote, true), UsageError, "--allow-net=192.0.2.1:80");
});
