import type { Address } from "../../model/mesh.ts";
import { STATIC_CLUSTERS } from "./names.ts";

/** What Envoy must know before it can ask for the rest. */
export interface BootstrapOptions {
  /** Envoy's name towards the control plane. */
  readonly node: string;
  readonly controlAddress: Address;
  /** Where the administration interface listens. */
  readonly adminAddress: Address;
  /** Base URL of the OTLP/HTTP collector; empty for no tracing. */
  readonly otlpUrl: string;
}

/** How soon, and how often at most, Envoy calls a control plane that went away. Its defaults are 0.5 s and 30 s. */
const RECONNECT = { baseInterval: "0.1s", maxInterval: "1s" };

function staticCluster(name: string, host: string, port: number, options: object): object {
  return {
    name,
    type: "STATIC",
    connectTimeout: "1s",
    loadAssignment: {
      clusterName: name,
      endpoints: [{
        lbEndpoints: [{ endpoint: { address: { socketAddress: { address: host, portValue: port } } } }],
      }],
    },
    ...options,
  };
}

function controlCluster(address: Address): object {
  const { hostname, port } = new URL(`http://${address}`);
  return staticCluster(STATIC_CLUSTERS.control, hostname, Number(port), {
    typedExtensionProtocolOptions: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicitHttpConfig: {
          // A connection that went silent is given up, so that Envoy calls again.
          http2ProtocolOptions: { connectionKeepalive: { interval: "2s", timeout: "1s" } },
        },
      },
    },
  });
}

/** Envoy's bootstrap, as the JSON that `--config-path` takes: control plane, collector, admin; all else comes by ADS. */
export function bootstrap({ node, controlAddress, adminAddress, otlpUrl }: BootstrapOptions): unknown {
  const admin = new URL(`http://${adminAddress}`);
  const ads = { ads: {}, resourceApiVersion: "V3" };
  const collector = otlpUrl === "" ? undefined : new URL(otlpUrl);
  return {
    node: { id: node, cluster: "meshproof" },
    admin: { address: { socketAddress: { address: admin.hostname, portValue: Number(admin.port) } } },
    dynamicResources: {
      adsConfig: {
        apiType: "GRPC",
        transportApiVersion: "V3",
        grpcServices: [{
          envoyGrpc: {
            clusterName: STATIC_CLUSTERS.control,
            retryPolicy: { retryBackOff: RECONNECT },
          },
        }],
      },
      cdsConfig: ads,
      ldsConfig: ads,
    },
    staticResources: {
      clusters: [
        controlCluster(controlAddress),
        ...(collector === undefined
          ? []
          : [staticCluster(STATIC_CLUSTERS.spans, collector.hostname, Number(collector.port), {})]),
      ],
    },
    layeredRuntime: {
      layers: [{
        name: "meshproof",
        staticLayer: {
          // Spans leave soon, so that a scenario need not wait Envoy's 5 s for the last of them.
          "tracing.opentelemetry.flush_interval_ms": 100,
          "tracing.opentelemetry.min_flush_spans": 1,
        },
      }],
    },
  };
}
