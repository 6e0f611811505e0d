/**
 * Writes `harness/control/envoy_descriptor.json`: of Envoy's protos (as @grpc/grpc-js-xds carries them) just the
 * messages and fields that the harness fills in, so that they load in milliseconds. To use another field, name
 * it in `KEPT` and run `deno run --allow-read --allow-write --allow-env scripts/envoy_descriptor.ts`.
 */
import { existsSync } from "node:fs";
import protobuf from "protobufjs";

/** Messages with their fields, by the names that TypeScript uses. */
const KEPT: Readonly<Record<string, string>> = {
  "google.protobuf.Any": "type_url value",
  "google.protobuf.Duration": "seconds nanos",
  "google.protobuf.BoolValue": "value",
  "google.protobuf.UInt32Value": "value",
  "envoy.type.v3.Percent": "value",
  "envoy.type.v3.FractionalPercent": "numerator denominator",
  "envoy.type.v3.TokenBucket": "maxTokens tokensPerFill fillInterval",
  "envoy.type.matcher.v3.RegexMatcher": "regex",
  "envoy.type.matcher.v3.StringMatcher": "exact prefix safeRegex",
  "envoy.config.core.v3.Address": "socketAddress",
  "envoy.config.core.v3.SocketAddress": "address portValue",
  "envoy.config.core.v3.BindConfig": "sourceAddress",
  "envoy.config.core.v3.HeaderValue": "key value",
  "envoy.config.core.v3.HeaderValueOption": "header appendAction",
  "envoy.config.core.v3.DataSource": "inlineString",
  "envoy.config.core.v3.ConfigSource": "ads resourceApiVersion",
  "envoy.config.core.v3.AggregatedConfigSource": "",
  "envoy.config.core.v3.RuntimeFractionalPercent": "defaultValue",
  "envoy.config.core.v3.TransportSocket": "name typedConfig",
  "envoy.config.core.v3.Http2ProtocolOptions": "",
  "envoy.config.core.v3.HttpUri": "uri cluster timeout",
  "envoy.config.core.v3.HttpService": "httpUri",
  "envoy.config.listener.v3.Listener":
    "name address filterChains defaultFilterChain listenerFilters trafficDirection",
  "envoy.config.listener.v3.FilterChain": "filters filterChainMatch transportSocket",
  "envoy.config.listener.v3.FilterChainMatch": "applicationProtocols",
  "envoy.config.listener.v3.Filter": "name typedConfig",
  "envoy.config.listener.v3.ListenerFilter": "name typedConfig",
  "envoy.extensions.filters.listener.original_dst.v3.OriginalDst": "",
  "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector": "",
  "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy": "statPrefix cluster",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager":
    "codecType statPrefix rds routeConfig httpFilters tracing streamIdleTimeout forwardClientCertDetails",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing":
    "clientSampling randomSampling overallSampling provider spawnUpstreamSpan",
  "envoy.extensions.filters.network.http_connection_manager.v3.Rds": "configSource routeConfigName",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter": "name typedConfig",
  "envoy.extensions.filters.http.router.v3.Router": "",
  "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit":
    "statPrefix tokenBucket filterEnabled filterEnforced rateLimitedAsResourceExhausted",
  "envoy.config.trace.v3.Tracing.Http": "name typedConfig",
  "envoy.config.trace.v3.OpenTelemetryConfig": "httpService serviceName",
  "envoy.config.route.v3.RouteConfiguration": "name virtualHosts requestHeadersToAdd",
  "envoy.config.route.v3.VirtualHost":
    "name domains routes includeRequestAttemptCount includeAttemptCountInResponse typedPerFilterConfig",
  "envoy.config.route.v3.Route": "name match route",
  "envoy.config.route.v3.RouteMatch": "prefix path safeRegex headers",
  "envoy.config.route.v3.HeaderMatcher": "name presentMatch stringMatch",
  "envoy.config.route.v3.RouteAction": "cluster weightedClusters timeout retryPolicy",
  "envoy.config.route.v3.WeightedCluster": "clusters",
  "envoy.config.route.v3.WeightedCluster.ClusterWeight": "name weight",
  "envoy.config.route.v3.RetryPolicy":
    "retryOn numRetries perTryTimeout retryHostPredicate hostSelectionRetryMaxAttempts retryBackOff",
  "envoy.config.route.v3.RetryPolicy.RetryBackOff": "baseInterval maxInterval",
  "envoy.config.route.v3.RetryPolicy.RetryHostPredicate": "name typedConfig",
  "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate": "",
  "envoy.config.cluster.v3.Cluster":
    "name type edsClusterConfig connectTimeout lbPolicy loadAssignment circuitBreakers outlierDetection " +
    "commonLbConfig typedExtensionProtocolOptions upstreamBindConfig",
  "envoy.config.cluster.v3.Cluster.EdsClusterConfig": "edsConfig",
  "envoy.config.cluster.v3.Cluster.CommonLbConfig": "healthyPanicThreshold",
  "envoy.config.cluster.v3.CircuitBreakers": "thresholds",
  "envoy.config.cluster.v3.CircuitBreakers.Thresholds":
    "maxConnections maxPendingRequests maxRequests maxRetries retryBudget",
  "envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget": "budgetPercent minRetryConcurrency",
  "envoy.config.cluster.v3.OutlierDetection":
    "consecutive_5xx interval baseEjectionTime maxEjectionPercent enforcingConsecutive_5xx " +
    "enforcingSuccessRate enforcingConsecutiveGatewayFailure",
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": "explicitHttpConfig useDownstreamProtocolConfig",
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig": "http2ProtocolOptions",
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig": "http2ProtocolOptions",
  "envoy.config.endpoint.v3.ClusterLoadAssignment": "clusterName endpoints",
  "envoy.config.endpoint.v3.LocalityLbEndpoints": "lbEndpoints",
  "envoy.config.endpoint.v3.LbEndpoint": "endpoint",
  "envoy.config.endpoint.v3.Endpoint": "address",
  "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext":
    "commonTlsContext requireClientCertificate",
  "envoy.extensions.transport_sockets.tls.v3.CommonTlsContext":
    "tlsParams alpnProtocols tlsCertificateSdsSecretConfigs validationContextSdsSecretConfig",
  "envoy.extensions.transport_sockets.tls.v3.TlsParameters": "tlsMinimumProtocolVersion",
  "envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig": "name sdsConfig",
  "envoy.extensions.transport_sockets.tls.v3.Secret": "name tlsCertificate validationContext",
  "envoy.extensions.transport_sockets.tls.v3.TlsCertificate": "certificateChain privateKey",
  "envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext": "trustedCa",
};

const ENTRY_POINTS = [
  "envoy/config/cluster/v3/cluster.proto",
  "envoy/config/endpoint/v3/endpoint.proto",
  "envoy/config/listener/v3/listener.proto",
  "envoy/config/route/v3/route.proto",
  "envoy/config/trace/v3/opentelemetry.proto",
  "envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto",
  "envoy/extensions/filters/http/router/v3/router.proto",
  "envoy/extensions/filters/listener/http_inspector/v3/http_inspector.proto",
  "envoy/extensions/filters/listener/original_dst/v3/original_dst.proto",
  "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
  "envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto",
  "envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.proto",
  "envoy/extensions/transport_sockets/tls/v3/tls.proto",
  "envoy/extensions/upstreams/http/v3/http_protocol_options.proto",
];

interface Namespace {
  nested?: Record<string, unknown>;
}

function place(root: Namespace, fullName: string, value: object): void {
  const path = fullName.split(".");
  const last = path.pop() as string;
  let namespace = root;
  for (const part of path) {
    const nested = namespace.nested ??= {};
    namespace = (nested[part] ??= {}) as Namespace;
  }
  const nested = namespace.nested ??= {};
  // A message may hold others, which may have been placed before it.
  nested[last] = { ...value, ...nested[last] as object | undefined };
}

function describeField(field: protobuf.Field): object {
  const resolved = field.resolve();
  return {
    ...(resolved instanceof protobuf.MapField ? { keyType: resolved.keyType } : {}),
    ...(resolved.repeated ? { rule: "repeated" } : {}),
    type: resolved.resolvedType?.fullName ?? resolved.type,
    id: resolved.id,
  };
}

/** The pruned descriptor, in protobufjs' JSON form. */
export function envoyDescriptor(): unknown {
  const folder = new URL("deps/", import.meta.resolve("@grpc/grpc-js-xds/package.json"));
  const own = new URL("./", import.meta.resolve("protobufjs/package.json"));
  const roots = [
    ...["envoy-api", "xds", "googleapis", "protoc-gen-validate"].map((n) => new URL(`${n}/`, folder)),
    own,
  ];
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    for (const each of roots) {
      const path = new URL(target, each);
      if (existsSync(path)) return decodeURIComponent(path.pathname);
    }
    return null;
  };
  root.loadSync(ENTRY_POINTS);
  root.resolveAll();
  const pruned: Namespace = {};
  for (const [name, fieldNames] of Object.entries(KEPT)) {
    const fields: Record<string, object> = {};
    for (const fieldName of fieldNames.split(" ").filter((text) => text !== "")) {
      const field = root.lookupType(name).fields[fieldName];
      if (field === undefined) throw new Error(`${name} has no field ${fieldName}: mend KEPT in this script`);
      fields[fieldName] = describeField(field);
      const type = field.resolvedType;
      if (type instanceof protobuf.Enum) place(pruned, type.fullName.slice(1), { values: type.values });
      else if (type instanceof protobuf.Type && !(type.fullName.slice(1) in KEPT)) {
        throw new Error(`${name}.${fieldName} is a ${type.fullName}: add that to KEPT in this script`);
      }
    }
    place(pruned, name, { fields });
  }
  return pruned;
}

if (import.meta.main) {
  const file = new URL("../harness/control/envoy_descriptor.json", import.meta.url);
  Deno.writeTextFileSync(file, JSON.stringify(envoyDescriptor(), null, 2) + "\n");
}
