import { assert, assertEquals } from "@std/assert";
import { freePorts } from "./free_ports.ts";

Deno.test("freePorts gives different ports that can be listened on, below those that systems hand out", () => {
  const ports = freePorts(20);
  assertEquals(new Set(ports).size, 20);
  const listeners = ports.map((port) => Deno.listen({ hostname: "127.0.0.1", port }));
  for (const listener of listeners) listener.close();
  assert(ports.every((port) => port >= 20_000 && port < 32_000));
});
