import { AdsServer, type Configuration } from "../../control/ads_server.ts";
import { EtcdRegistry } from "../../control/etcd_registry.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import type { Address, KeyPair, MeshEnvironment, PushOutcome, StartedMesh } from "../../model/mesh.ts";
import type { Policy } from "../../model/policy.ts";
import type { RunningProcess } from "../../model/process.ts";
import { EnvoyAdmin } from "./admin.ts";
import { bootstrap } from "./bootstrap.ts";
import { type ClusterPlan, clusterResources, endpointResources, planClusters } from "./clusters.ts";
import { guarded, inboundClusterResources, listenerResources, secretResources } from "./listeners.ts";
import { inboundListenerName, outboundListenerName } from "./names.ts";
import { routeResources } from "./routes.ts";

const START_MS = 15_000;
/** Between two looks at the admin interface, which has no way to be awaited. */
const LOOK_EVERY_MS = 5;

/** Starts one Envoy with a control plane of its own; resolves when every entry listens and is acknowledged. */
export async function startEnvoy(environment: MeshEnvironment): Promise<StartedMesh> {
  const mesh = new StartedEnvoy(environment);
  try {
    await mesh.start();
    return mesh;
  } catch (error) {
    await mesh[Symbol.asyncDispose]();
    throw error;
  }
}

class StartedEnvoy implements StartedMesh {
  readonly #environment: MeshEnvironment;
  readonly #services: readonly string[];
  readonly #control: AdsServer;
  #registry: EtcdRegistry | undefined;
  #program: RunningProcess | undefined;
  #listeners: ReadonlyMap<string, Address> = new Map();
  /** Every cluster that Envoy may hold: the last policy's, and earlier ones while a push is not acknowledged. */
  #plans = new Map<string, ClusterPlan>();

  constructor(environment: MeshEnvironment) {
    this.#environment = environment;
    this.#services = environment.services.map(({ name }) => name);
    this.#control = new AdsServer({ recorder: environment.recorder });
  }

  async start(): Promise<void> {
    const { services, identity, otlpUrl, authority, policy } = this.#environment;
    const secure = identity !== undefined;
    const control = this.#control;
    for (const [typeUrl, resources] of this.#configuration(policy)) {
      // Endpoints wait for the registry: an empty list would be taken for the truth.
      if (typeUrl !== TYPE_URLS.endpoint) control.set(typeUrl, resources);
    }
    control.set(TYPE_URLS.listener, listenerResources(services, otlpUrl, secure));
    if (identity !== undefined) control.set(TYPE_URLS.secret, secretResources(identity, authority.bundle));
    this.#followRegistry();
    const program = await this.#spawn();
    const died = program.exited.then(({ code, signal }) => {
      throw new Error(
        `Cannot start Envoy: expected it to listen, found it ended with ${
          signal ?? `code ${code}`
        }:\n${program.tail()}`,
      );
    });
    // Once it is up, its end is the runtime's to report.
    died.catch(() => {});
    await Promise.race([this.#isUp(secure), died]);
    program.ready?.("listeners are bound, configuration acknowledged, endpoints known");
  }

  entry(service: string): Address {
    return this.#listener(outboundListenerName(service), `entry for service "${service}"`);
  }

  inbound(service: string): Address {
    return this.#listener(inboundListenerName(service), `inbound door for service "${service}"`);
  }

  async apply(policy: Policy, timeoutMs: number): Promise<PushOutcome> {
    const configuration = this.#configuration(policy);
    const outcome = await this.#control.apply(configuration, { timeoutMs });
    if (outcome.outcome === "ack") {
      this.#plans = new Map(planClusters(this.#services, policy).map((plan) => [plan.name, plan]));
    }
    return outcome;
  }

  rotate(identity: KeyPair): Promise<void> {
    this.#control.set(TYPE_URLS.secret, secretResources(identity, this.#environment.authority.bundle));
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.stop();
    await this.#control.stop();
    await this.#registry?.close();
  }

  /** What a policy makes of clusters, endpoints and routes. From now on its clusters are kept in endpoints. */
  #configuration(policy: Policy): Configuration {
    const plans = planClusters(this.#services, policy);
    for (const plan of plans) this.#plans.set(plan.name, plan);
    const inbound = this.#environment.identity === undefined
      ? []
      : inboundClusterResources(this.#environment.services);
    return new Map([
      [TYPE_URLS.cluster, [...clusterResources(plans), ...inbound]],
      [TYPE_URLS.endpoint, this.#endpoints(plans)],
      [TYPE_URLS.route, routeResources(this.#services, policy)],
    ]);
  }

  #endpoints(plans: readonly ClusterPlan[]) {
    return endpointResources(plans, (service) => this.#registry?.instances(service) ?? []);
  }

  #followRegistry(): void {
    const { registry } = this.#environment;
    let listed = false;
    const publish = () => {
      if (listed) this.#control.set(TYPE_URLS.endpoint, this.#endpoints([...this.#plans.values()]));
    };
    this.#registry = new EtcdRegistry({ ...registry, onChange: publish });
    this.#registry.ready.then(() => {
      listed = true;
      publish();
    });
  }

  async #spawn(): Promise<RunningProcess> {
    const { cell, folder, otlpUrl } = this.#environment;
    const controlAddress = await this.#environment.hop("control", await this.#control.start());
    const configPath = `${folder}/envoy.json`;
    const config = bootstrap({ node: `envoy-${cell}`, controlAddress, otlpUrl });
    await Deno.writeTextFile(configPath, JSON.stringify(config, null, 2));
    return this.#program = await this.#environment.spawn({
      name: "envoy",
      command: await this.#environment.tool("envoy"),
      args: [
        ...["--config-path", configPath],
        ...["--admin-address-path", this.#adminFile],
        // One worker: limits are exact, and several cells share few cores.
        ...["--concurrency", "1"],
        "--disable-hot-restart",
        ...["--log-level", "warning"],
      ],
    });
  }

  get #adminFile(): string {
    return `${this.#environment.folder}/envoy_admin_address`;
  }

  async #isUp(secure: boolean): Promise<void> {
    const deadline = AbortSignal.any([AbortSignal.timeout(START_MS), this.#environment.signal]);
    const startedT = performance.now();
    const { cluster, endpoint, listener, route, secret } = TYPE_URLS;
    const answer = await this.#control.settled({
      typeUrls: [cluster, endpoint, listener, route, ...(secure ? [secret] : [])],
      everyName: true,
      timeoutMs: START_MS,
    });
    if (answer.outcome !== "ack") {
      const found = answer.outcome === "nack"
        ? `a refusal: ${answer.error}`
        : `none after ${START_MS} ms (registry revision ${this.#registry?.revision})`;
      throw new Error(`Cannot start Envoy: expected its first configuration acknowledged, found ${found}`);
    }
    const { services } = this.#environment;
    const wanted = [
      ...services.map(({ name }) => outboundListenerName(name)),
      ...(secure ? guarded(services).map(({ name }) => inboundListenerName(name)) : []),
    ];
    const admin = new EnvoyAdmin(this.#adminFile);
    while (true) {
      this.#listeners = await admin.listeners(deadline);
      const missing = wanted.filter((name) => !this.#listeners.has(name));
      if (missing.length === 0) return;
      if (deadline.aborted) {
        const waitedMs = Math.round(performance.now() - startedT);
        throw new Error(
          `Cannot start Envoy: listeners ${missing.join(", ")} are not bound after ${waitedMs} ms`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  #listener(name: string, what: string): Address {
    const address = this.#listeners.get(name);
    if (address !== undefined) return address;
    throw new Error(
      `Envoy has no ${what}; its listeners are: ${[...this.#listeners.keys()].join(", ") || "none"}`,
    );
  }
}
