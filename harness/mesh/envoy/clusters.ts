import { anyOf, duration, type Message, resourceOf, wrapped } from "../../control/envoy_codec.ts";
import type { Instance } from "../../control/registration.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import type { Resource } from "../../control/snapshot.ts";
import type { Destination, Policy } from "../../model/policy.ts";
import { clusterName } from "./names.ts";

/** One cluster to be: a service, or those of its instances that carry a subset's labels. */
export interface ClusterPlan {
  readonly name: string;
  readonly service: string;
  /** Labels that an instance must carry; absent when the policy names a subset that it does not define. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly destination: Destination | undefined;
}

/** A limit that is never reached, for what the policy does not limit: Envoy's own defaults are 1024, retries 3. */
const UNLIMITED = 0xffff_ffff;

/** All clusters that services and policy call for. */
export function planClusters(services: readonly string[], policy: Policy): readonly ClusterPlan[] {
  const plans = new Map<string, ClusterPlan>();
  const plan = (service: string, subset: string) => {
    const name = clusterName(service, subset);
    const destination = policy.destinations.find((each) => each.service === service);
    const labels = subset === "" ? {} : destination?.subsets[subset];
    plans.set(name, { name, service, labels, destination });
  };
  for (const service of services) plan(service, "");
  for (const { service, subsets } of policy.destinations) {
    plan(service, "");
    for (const subset of Object.keys(subsets)) plan(service, subset);
  }
  for (const target of policy.routes.flatMap(({ rules }) => rules.flatMap(({ targets }) => targets))) {
    plan(target.service, target.subset);
  }
  return [...plans.values()];
}

/** HTTP/2 towards instances: gRPC needs it and nothing negotiates it in plaintext. */
export const HTTP2_UPSTREAM: Message = {
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": anyOf(
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    { explicitHttpConfig: { http2ProtocolOptions: {} } },
  ),
};

function circuitBreakers({ maxRequests, retryBudget }: Partial<Destination>): Message {
  return {
    thresholds: [{
      maxConnections: wrapped(UNLIMITED),
      maxPendingRequests: wrapped(UNLIMITED),
      maxRequests: wrapped(maxRequests ?? UNLIMITED),
      // A budget takes the place of the fixed number.
      ...(retryBudget === undefined ? { maxRetries: wrapped(UNLIMITED) } : {
        retryBudget: {
          budgetPercent: { value: retryBudget.percent },
          minRetryConcurrency: wrapped(retryBudget.minRetryConcurrency),
        },
      }),
    }],
  };
}

/** Consecutive errors alone eject; Envoy counts a gRPC status as the HTTP status that it maps to. */
function outlierDetection(outlier: NonNullable<Destination["outlier"]>): Message {
  return {
    consecutive_5xx: wrapped(outlier.consecutiveErrors),
    enforcingConsecutive_5xx: wrapped(100),
    interval: duration(outlier.intervalMs),
    baseEjectionTime: duration(outlier.baseEjectionMs),
    maxEjectionPercent: wrapped(outlier.maxEjectionPercent),
    enforcingSuccessRate: wrapped(0),
    enforcingConsecutiveGatewayFailure: wrapped(0),
  };
}

/** A cluster's message (CDS). */
export function clusterMessage({ name, destination }: ClusterPlan): Message {
  return {
    name,
    type: "EDS",
    edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: "V3" } },
    connectTimeout: duration(1000),
    lbPolicy: destination?.loadBalancer ?? "ROUND_ROBIN",
    circuitBreakers: circuitBreakers(destination ?? {}),
    ...(destination?.outlier === undefined
      ? {}
      : { outlierDetection: outlierDetection(destination.outlier) }),
    // 0 turns panic off: traffic never goes to hosts that are known to be bad.
    commonLbConfig: { healthyPanicThreshold: { value: 0 } },
    typedExtensionProtocolOptions: HTTP2_UPSTREAM,
  };
}

/** `host:port` as Envoy's Address. */
export function socketAddress(address: string): Message {
  const colon = address.lastIndexOf(":");
  return {
    socketAddress: { address: address.slice(0, colon), portValue: Number(address.slice(colon + 1)) },
  };
}

/** The instances that belong to a cluster. */
export function membersOf({ labels }: ClusterPlan, instances: readonly Instance[]): readonly Instance[] {
  if (labels === undefined) return [];
  const wanted = Object.entries(labels);
  return instances.filter((instance) => wanted.every(([name, value]) => instance.labels[name] === value));
}

/** A cluster's endpoints (EDS). */
export function endpointsMessage(plan: ClusterPlan, instances: readonly Instance[]): Message {
  const lbEndpoints = membersOf(plan, instances)
    .map(({ address }) => ({ endpoint: { address: socketAddress(address) } }));
  return { clusterName: plan.name, endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }] };
}

/** The cluster resources of some plans. */
export function clusterResources(plans: readonly ClusterPlan[]): Resource[] {
  return plans.map((plan) => resourceOf(TYPE_URLS.cluster, plan.name, clusterMessage(plan)));
}

/** The endpoint resources of some plans. */
export function endpointResources(
  plans: readonly ClusterPlan[],
  instances: (service: string) => readonly Instance[],
): Resource[] {
  return plans.map((plan) =>
    resourceOf(TYPE_URLS.endpoint, plan.name, endpointsMessage(plan, instances(plan.service)))
  );
}
