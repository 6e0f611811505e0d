import { anyOf, duration, type Message, resourceOf } from "../../control/envoy_codec.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import type { Resource } from "../../control/snapshot.ts";
import { type Direction, SIDECAR, VIA_HEADER, viaMark } from "../../model/interception.ts";
import { socketAddress } from "./clusters.ts";
import { connectionManager, ROUTER } from "./listeners.ts";

/** The environment variable that tells an Envoy whose pod it is in: so all of them have the same configuration. */
export const INSTANCE_VARIABLE = "MESHPROOF_INSTANCE";

const PORTS = { outbound: SIDECAR.outboundPort, inbound: SIDECAR.inboundPort } as const;
const DIRECTIONS: readonly Direction[] = ["outbound", "inbound"];

/** The listener of one side, by its name. */
export function sidecarListenerName(direction: Direction): string {
  return `captured-${direction}`;
}

function clusterName(direction: Direction): string {
  return `original-destination-${direction}`;
}

/**
 * One side of a sidecar: learns where each connection was dialled, looks whether it speaks HTTP, and carries it on
 * there; requests are marked, everything else passes as bytes.
 */
export function sidecarListener(direction: Direction, bind: string): Message {
  const name = sidecarListenerName(direction);
  const cluster = clusterName(direction);
  const mark = viaMark(`%ENVIRONMENT(${INSTANCE_VARIABLE})%`, direction);
  return {
    name,
    address: socketAddress(`${bind}:${PORTS[direction]}`),
    trafficDirection: direction.toUpperCase(),
    listenerFilters: [
      {
        name: "envoy.filters.listener.original_dst",
        typedConfig: anyOf("envoy.extensions.filters.listener.original_dst.v3.OriginalDst"),
      },
      {
        name: "envoy.filters.listener.http_inspector",
        typedConfig: anyOf("envoy.extensions.filters.listener.http_inspector.v3.HttpInspector"),
      },
    ],
    filterChains: [{
      filterChainMatch: { applicationProtocols: ["http/1.0", "http/1.1", "h2c"] },
      filters: [connectionManager({
        statPrefix: name,
        routeConfig: {
          name,
          // Appended: a mark that is there already stays.
          requestHeadersToAdd: [{ header: { key: VIA_HEADER, value: mark } }],
          virtualHosts: [{
            name: "everything",
            domains: ["*"],
            routes: [{ match: { prefix: "/" }, route: { cluster, timeout: duration(0) } }],
          }],
        },
        httpFilters: [ROUTER],
      })],
    }],
    defaultFilterChain: {
      filters: [{
        name: "envoy.filters.network.tcp_proxy",
        typedConfig: anyOf("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", {
          statPrefix: `${name}-bytes`,
          cluster,
        }),
      }],
    },
  };
}

/** Where each connection was dialled, as a cluster; inbound it is dialled from an address of the proxy's own. */
export function originalDestinationCluster(direction: Direction): Message {
  return {
    name: clusterName(direction),
    type: "ORIGINAL_DST",
    lbPolicy: "CLUSTER_PROVIDED",
    connectTimeout: duration(1000),
    ...(direction === "inbound"
      ? { upstreamBindConfig: { sourceAddress: { address: SIDECAR.inboundSource, portValue: 0 } } }
      : {}),
    typedExtensionProtocolOptions: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": anyOf(
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        { useDownstreamProtocolConfig: { http2ProtocolOptions: {} } },
      ),
    },
  };
}

/** The listeners of every sidecar. */
export function sidecarListeners(bind: string): Resource[] {
  return DIRECTIONS.map((direction) =>
    resourceOf(TYPE_URLS.listener, sidecarListenerName(direction), sidecarListener(direction, bind))
  );
}

/** The clusters of every sidecar. */
export function sidecarClusters(): Resource[] {
  return DIRECTIONS.map((direction) =>
    resourceOf(TYPE_URLS.cluster, clusterName(direction), originalDestinationCluster(direction))
  );
}
