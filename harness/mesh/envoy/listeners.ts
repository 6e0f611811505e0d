import { anyOf, duration, type Message, resourceOf, wrapped } from "../../control/envoy_codec.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import type { Resource } from "../../control/snapshot.ts";
import type { KeyPair, MeshService } from "../../model/mesh.ts";
import { HTTP2_UPSTREAM, socketAddress } from "./clusters.ts";
import {
  FILTERS,
  inboundClusterName,
  inboundListenerName,
  outboundListenerName,
  routeName,
  SECRETS,
  STATIC_CLUSTERS,
} from "./names.ts";

const HTTP_CONNECTION_MANAGER =
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ADS: Message = { ads: {}, resourceApiVersion: "V3" };

/** Ends every chain of HTTP filters. */
export const ROUTER: Message = {
  name: FILTERS.router,
  typedConfig: anyOf("envoy.extensions.filters.http.router.v3.Router"),
};

/** A filter without a bucket limits nothing; routes bring theirs, so that a listener never has to change. */
const RATE_LIMIT: Message = {
  name: FILTERS.rateLimit,
  typedConfig: anyOf("envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit", {
    statPrefix: "rate_limit",
  }),
};

/** Every call is traced, with one span for the call and one for each attempt, to an OTLP/HTTP collector. */
function tracing(otlpUrl: string): Message {
  const always = { value: 100 };
  return {
    clientSampling: always,
    randomSampling: always,
    overallSampling: always,
    spawnUpstreamSpan: wrapped(true),
    provider: {
      name: "envoy.tracers.opentelemetry",
      typedConfig: anyOf("envoy.config.trace.v3.OpenTelemetryConfig", {
        serviceName: "envoy",
        httpService: {
          httpUri: {
            uri: `${otlpUrl.replace(/\/$/, "")}/v1/traces`,
            cluster: STATIC_CLUSTERS.spans,
            timeout: duration(1000),
          },
        },
      }),
    },
  };
}

/** The network filter that speaks HTTP. */
export function connectionManager(manager: Message): Message {
  return {
    name: "envoy.filters.network.http_connection_manager",
    typedConfig: anyOf(HTTP_CONNECTION_MANAGER, {
      codecType: "AUTO",
      // A gRPC stream may be silent for as long as it likes: Envoy's manual has 0 for streaming APIs.
      streamIdleTimeout: duration(0),
      ...manager,
    }),
  };
}

/** The entry of a service: plaintext HTTP/2 on a port of the kernel's choice, routes by RDS. */
export function outboundListener(service: string, bind: string, otlpUrl: string): Message {
  const name = outboundListenerName(service);
  return {
    name,
    // A port of the kernel's choice.
    address: socketAddress(`${bind}:0`),
    trafficDirection: "OUTBOUND",
    filterChains: [{
      filters: [connectionManager({
        statPrefix: name,
        rds: { routeConfigName: routeName(service), configSource: ADS },
        httpFilters: [RATE_LIMIT, ROUTER],
        ...(otlpUrl === "" ? {} : { tracing: tracing(otlpUrl) }),
      })],
    }],
  };
}

/** The mutual-TLS door of a service; leaf and trust bundle come by SDS. */
export function inboundListener(service: string, bind: string): Message {
  const name = inboundListenerName(service);
  return {
    name,
    // A port of the kernel's choice.
    address: socketAddress(`${bind}:0`),
    trafficDirection: "INBOUND",
    filterChains: [{
      transportSocket: {
        name: "envoy.transport_sockets.tls",
        typedConfig: anyOf("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
          requireClientCertificate: wrapped(true),
          commonTlsContext: {
            tlsParams: { tlsMinimumProtocolVersion: "TLSv1_2" },
            alpnProtocols: ["h2"],
            tlsCertificateSdsSecretConfigs: [{ name: SECRETS.identity, sdsConfig: ADS }],
            validationContextSdsSecretConfig: { name: SECRETS.bundle, sdsConfig: ADS },
          },
        }),
      },
      filters: [connectionManager({
        statPrefix: name,
        // What a client says of its own certificate is not to be believed.
        forwardClientCertDetails: "SANITIZE",
        routeConfig: {
          name,
          virtualHosts: [{
            name: service,
            domains: ["*"],
            routes: [{
              match: { prefix: "/" },
              route: { cluster: inboundClusterName(service), timeout: duration(0) },
            }],
          }],
        },
        httpFilters: [ROUTER],
      })],
    }],
  };
}

/** The cluster of the one instance behind an inbound door. */
export function inboundCluster(service: string, address: string): Message {
  const name = inboundClusterName(service);
  return {
    name,
    type: "STATIC",
    connectTimeout: duration(1000),
    loadAssignment: {
      clusterName: name,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: socketAddress(address) } }] }],
    },
    typedExtensionProtocolOptions: HTTP2_UPSTREAM,
  };
}

/** The services that can have an inbound door: those with an instance to stand in front of. */
export function guarded(services: readonly MeshService[]): { name: string; address: string }[] {
  return services.flatMap(({ name, instances: [first] }) =>
    first === undefined ? [] : [{ name, address: first.address }]
  );
}

/**
 * All listeners; they stay as they are for as long as Envoy lives.
 *
 * @param bind The address that they bind.
 */
export function listenerResources(
  services: readonly MeshService[],
  bind: string,
  otlpUrl: string,
  withInbound: boolean,
): Resource[] {
  const outbound = services.map(({ name }) => outboundListener(name, bind, otlpUrl));
  const inbound = withInbound ? guarded(services).map(({ name }) => inboundListener(name, bind)) : [];
  return [...outbound, ...inbound]
    .map((message) => resourceOf(TYPE_URLS.listener, String(message["name"]), message));
}

/** The clusters behind the inbound doors. */
export function inboundClusterResources(services: readonly MeshService[]): Resource[] {
  return guarded(services).map(({ name, address }) =>
    resourceOf(TYPE_URLS.cluster, inboundClusterName(name), inboundCluster(name, address))
  );
}

/** Leaf and trust bundle of the inbound doors (SDS). */
export function secretResources(identity: KeyPair, bundle: string): Resource[] {
  return [
    resourceOf(TYPE_URLS.secret, SECRETS.identity, {
      name: SECRETS.identity,
      tlsCertificate: {
        certificateChain: { inlineString: identity.chain },
        privateKey: { inlineString: identity.key },
      },
    }),
    resourceOf(TYPE_URLS.secret, SECRETS.bundle, {
      name: SECRETS.bundle,
      validationContext: { trustedCa: { inlineString: bundle } },
    }),
  ];
}
