import type { AdsServer, Configuration } from "../../control/ads_server.ts";
import { EtcdRegistry } from "../../control/etcd_registry.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import type { Resource } from "../../control/snapshot.ts";
import type { Address, PushOutcome } from "../../model/mesh.ts";
import type { Policy } from "../../model/policy.ts";
import { type ClusterPlan, clusterResources, endpointResources, planClusters } from "./clusters.ts";
import { routeResources } from "./routes.ts";

/** Options of {@link PolicyServer}. */
export interface PolicyServerOptions {
  readonly control: AdsServer;
  /** Services that get routes and clusters, whatever the policy names. */
  readonly services: readonly string[];
  readonly registry: { readonly endpoints: readonly Address[]; readonly prefix: string };
  /** Clusters beside those of the policy, which stay as they are. */
  readonly fixedClusters?: readonly Resource[];
}

/**
 * What a policy and the registry make of clusters, endpoints and routes, offered through a control plane: routes and
 * clusters follow the policy, endpoints follow the registry.
 */
export class PolicyServer implements AsyncDisposable {
  readonly #options: PolicyServerOptions;
  /** Every cluster that a data plane may hold: the last policy's, and earlier ones while a push is not acknowledged. */
  #plans = new Map<string, ClusterPlan>();
  #registry: EtcdRegistry | undefined;
  #isListed = false;

  constructor(options: PolicyServerOptions) {
    this.#options = options;
  }

  /** The registry, once {@link begin} was called. */
  get registry(): EtcdRegistry | undefined {
    return this.#registry;
  }

  /** Whether the registry was listed, and endpoints are offered. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Offers a first policy, and begins to follow the registry. */
  begin(policy: Policy): void {
    const { control, registry } = this.#options;
    for (const [typeUrl, resources] of this.#configuration(policy)) {
      // Endpoints wait for the registry: an empty list would be taken for the truth.
      if (typeUrl !== TYPE_URLS.endpoint) control.set(typeUrl, resources);
    }
    const publish = () => {
      if (this.#isListed) control.set(TYPE_URLS.endpoint, this.#endpoints([...this.#plans.values()]));
    };
    this.#registry = new EtcdRegistry({ ...registry, onChange: publish });
    this.#registry.ready.then(() => {
      this.#isListed = true;
      publish();
    });
  }

  /** Offers another policy and waits for the answer of every data plane, at most `timeoutMs`. */
  async apply(policy: Policy, timeoutMs: number): Promise<PushOutcome> {
    const { control, services } = this.#options;
    const outcome = await control.apply(this.#configuration(policy), { timeoutMs });
    if (outcome.outcome === "ack") {
      this.#plans = new Map(planClusters(services, policy).map((plan) => [plan.name, plan]));
    }
    return outcome;
  }

  /** Follows the registry no longer; what was offered stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry?.close();
  }

  /** What a policy makes of clusters, endpoints and routes. From now on its clusters are kept in endpoints. */
  #configuration(policy: Policy): Configuration {
    const { services, fixedClusters = [] } = this.#options;
    const plans = planClusters(services, policy);
    for (const plan of plans) this.#plans.set(plan.name, plan);
    return new Map([
      [TYPE_URLS.cluster, [...clusterResources(plans), ...fixedClusters]],
      [TYPE_URLS.endpoint, this.#endpoints(plans)],
      [TYPE_URLS.route, routeResources(services, policy)],
    ]);
  }

  #endpoints(plans: readonly ClusterPlan[]): Resource[] {
    return endpointResources(plans, (service) => this.#registry?.instances(service) ?? []);
  }
}
