import { assertEquals, assertThrows } from "@std/assert";
import { anyOf, decodeMessage, duration, encodeMessage, resourceOf, wrapped } from "./envoy_codec.ts";
import { TYPE_URLS } from "./resource_types.ts";

Deno.test("encodeMessage keeps enums, durations, wrappers and maps", () => {
  const message = {
    name: "c",
    type: "EDS",
    connectTimeout: duration(1500),
    outlierDetection: { consecutive_5xx: wrapped(0) },
    typedExtensionProtocolOptions: { key: anyOf("envoy.extensions.filters.http.router.v3.Router") },
  };
  const { bytes } = resourceOf(TYPE_URLS.cluster, "c", message);
  const plain = decodeMessage("envoy.config.cluster.v3.Cluster", bytes);
  assertEquals([plain["name"], plain["type"]], ["c", "EDS"]);
  assertEquals(plain["connectTimeout"], { seconds: 1, nanos: 500_000_000 });
  // A wrapper that holds 0 is not an absent one.
  assertEquals(plain["outlierDetection"], { consecutive_5xx: { value: 0 } });
  assertEquals(Object.keys(plain["typedExtensionProtocolOptions"] as object), ["key"]);
});

Deno.test("encodeMessage refuses a field that the descriptor does not have, and says how to add it", () => {
  const cluster = "envoy.config.cluster.v3.Cluster";
  assertThrows(
    () => encodeMessage(cluster, { name: "c", commonLbConfig: { panic: 1 } }),
    TypeError,
    "commonLbConfig.panic: .envoy.config.cluster.v3.Cluster.CommonLbConfig has no such field",
  );
});

Deno.test("duration splits milliseconds into seconds and nanoseconds", () => {
  assertEquals(duration(0), { seconds: 0, nanos: 0 });
  assertEquals(duration(2001), { seconds: 2, nanos: 1_000_000 });
  assertEquals(duration(0.5), { seconds: 0, nanos: 500_000 });
});
