import { assertEquals } from "@std/assert";
import { envoyDescriptor } from "./envoy_descriptor.ts";

Deno.test("envoy_descriptor.json is what the script makes of Envoy's protos", () => {
  const file = new URL("../harness/control/envoy_descriptor.json", import.meta.url);
  assertEquals(JSON.parse(Deno.readTextFileSync(file)), JSON.parse(JSON.stringify(envoyDescriptor())));
});
