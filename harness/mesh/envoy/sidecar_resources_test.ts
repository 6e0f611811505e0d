import { assertEquals } from "@std/assert";
import { decodeMessage } from "../../control/envoy_codec.ts";
import { sidecarClusters, sidecarListeners } from "./sidecar_resources.ts";

// deno-lint-ignore no-explicit-any -- a test reads deep into plain data, whose shape Envoy's protos give
type Plain = any;

const unpack = (packed: Plain): Plain => decodeMessage(packed.type_url.split("/")[1], packed.value);
const listeners = (): Plain[] =>
  sidecarListeners("0.0.0.0").map(({ bytes }) => decodeMessage("envoy.config.listener.v3.Listener", bytes));

Deno.test("sidecarListeners stand at the ports of both directions and learn the original destination first", () => {
  assertEquals(listeners().map(({ address }) => address.socketAddress.portValue), [15001, 15006]);
  for (const { listenerFilters } of listeners()) {
    assertEquals(listenerFilters.map(({ name }: Plain) => name), [
      "envoy.filters.listener.original_dst",
      "envoy.filters.listener.http_inspector",
    ]);
  }
});

Deno.test("sidecarListeners mark requests by pod and direction, and pass what is no HTTP as bytes to the same place", () => {
  const shown = listeners().map(({ filterChains, defaultFilterChain }) => {
    const { routeConfig } = unpack(filterChains[0].filters[0].typedConfig);
    const { cluster } = unpack(defaultFilterChain.filters[0].typedConfig);
    assertEquals(routeConfig.virtualHosts[0].routes[0].route.cluster, cluster);
    return [routeConfig.requestHeadersToAdd[0].header, cluster];
  });
  assertEquals(shown, [
    [
      { key: "x-meshproof-via", value: "%ENVIRONMENT(MESHPROOF_INSTANCE)%/outbound" },
      "original-destination-outbound",
    ],
    [
      { key: "x-meshproof-via", value: "%ENVIRONMENT(MESHPROOF_INSTANCE)%/inbound" },
      "original-destination-inbound",
    ],
  ]);
});

Deno.test("sidecarClusters go to the original destination, inbound from an address that the rules know", () => {
  const clusters: Plain[] = sidecarClusters()
    .map(({ bytes }) => decodeMessage("envoy.config.cluster.v3.Cluster", bytes));
  assertEquals(clusters.map(({ type, lbPolicy }) => [type, lbPolicy]), [
    ["ORIGINAL_DST", "CLUSTER_PROVIDED"],
    ["ORIGINAL_DST", "CLUSTER_PROVIDED"],
  ]);
  assertEquals(clusters.map(({ upstreamBindConfig }) => upstreamBindConfig?.sourceAddress.address), [
    undefined,
    "127.0.0.6",
  ]);
});
