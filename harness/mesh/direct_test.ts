import { assertEquals, assertThrows } from "@std/assert";
import type { MeshEnvironment } from "../model/mesh.ts";
import { direct } from "./direct.ts";

const ENVIRONMENT = {
  services: [
    {
      name: "echo",
      instances: [{ id: "a", address: "127.0.0.1:1", labels: {} }, {
        id: "b",
        address: "127.0.0.1:2",
        labels: {},
      }],
    },
    { name: "idle", instances: [] },
  ],
} as unknown as MeshEnvironment;

Deno.test("direct sends callers to the first instance, declares nothing and answers no push", async () => {
  await using mesh = await direct.start(ENVIRONMENT);
  assertEquals([mesh.entry("echo"), mesh.inbound("echo")], ["127.0.0.1:1", "127.0.0.1:1"]);
  assertEquals(direct.features.size, 0);
  assertEquals((await mesh.apply({} as never, 1)).outcome, "none");
});

Deno.test("direct says why it has no entry for a service", async () => {
  await using mesh = await direct.start(ENVIRONMENT);
  assertThrows(
    () => mesh.entry("shop"),
    Error,
    'Cannot reach service "shop" directly: the services are echo, idle',
  );
  assertThrows(() => mesh.entry("idle"), Error, "it has no instance");
});
