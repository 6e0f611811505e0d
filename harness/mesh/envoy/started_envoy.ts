import { AdsServer } from "../../control/ads_server.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import type { Address, KeyPair, MeshEnvironment, PushOutcome, StartedMesh } from "../../model/mesh.ts";
import { errorText } from "../../model/error_text.ts";
import type { Policy } from "../../model/policy.ts";
import type { ProfileSink } from "../../model/profile_sink.ts";
import type { Pod, RunningProcess } from "../../model/process.ts";
import { EnvoyAdmin } from "./admin.ts";
import { envoyProgram } from "./program.ts";
import { guarded, inboundClusterResources, listenerResources, secretResources } from "./listeners.ts";
import { inboundListenerName, outboundListenerName } from "./names.ts";
import { PolicyServer } from "./policy_server.ts";

const START_MS = 15_000;
const PROFILE_MS = 2_000;
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
  readonly #control: AdsServer;
  readonly #policies: PolicyServer;
  #program: RunningProcess | undefined;
  #pod: Pod | undefined;
  #admin: EnvoyAdmin | undefined;
  #listeners: ReadonlyMap<string, Address> = new Map();

  constructor(environment: MeshEnvironment) {
    this.#environment = environment;
    const { services, registry: { harnessEndpoints, prefix }, identity, recorder } = environment;
    this.#control = new AdsServer({ recorder });
    this.#policies = new PolicyServer({
      control: this.#control,
      services: services.map(({ name }) => name),
      registry: { endpoints: harnessEndpoints, prefix },
      fixedClusters: identity === undefined ? [] : inboundClusterResources(services),
    });
  }

  async start(): Promise<void> {
    const { services, identity, otlpUrl, authority, policy } = this.#environment;
    const secure = identity !== undefined;
    const control = this.#control;
    const pod = this.#pod = await this.#environment.runtime.pod("envoy");
    control.set(TYPE_URLS.listener, listenerResources(services, pod.bind, otlpUrl, secure));
    if (identity !== undefined) control.set(TYPE_URLS.secret, secretResources(identity, authority.bundle));
    this.#policies.begin(policy);
    const [adminPort = 0] = pod.freePorts(1);
    const program = await this.#spawn(pod, adminPort);
    const died = program.exited.then(({ code, signal }) => {
      throw new Error(
        `Cannot start Envoy: expected it to listen, found it ended with ${
          signal ?? `code ${code}`
        }:\n${program.tail()}`,
      );
    });
    // Once it is up, its end is the runtime's to report.
    died.catch(() => {});
    await Promise.race([this.#isUp(secure, `${pod.host}:${adminPort}`), died]);
    await this.#profile("allocation profile", (admin, signal) => admin.beginAllocationProfile(signal));
    program.ready?.("listeners are bound, configuration acknowledged, endpoints known");
  }

  entry(service: string): Address {
    return this.#listener(outboundListenerName(service), `entry for service "${service}"`);
  }

  inbound(service: string): Address {
    return this.#listener(inboundListenerName(service), `inbound door for service "${service}"`);
  }

  apply(policy: Policy, timeoutMs: number): Promise<PushOutcome> {
    return this.#policies.apply(policy, timeoutMs);
  }

  rotate(identity: KeyPair): Promise<void> {
    this.#control.set(TYPE_URLS.secret, secretResources(identity, this.#environment.authority.bundle));
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#profile("profiles", async (admin, signal, { profiles, cell }) => {
      profiles.takePprof("envoy", cell, "alloc", await admin.endAllocationProfile(signal));
      profiles.takePprof("envoy", cell, "heap", await admin.heapDump(signal));
    });
    await this.#program?.stop();
    await this.#control.stop();
    await this.#policies[Symbol.asyncDispose]();
  }

  /** Where the run is profiled and Envoy is up. What it cannot give, or was killed before it did, costs no verdict. */
  async #profile(
    what: string,
    ask: (
      admin: EnvoyAdmin,
      signal: AbortSignal,
      run: { readonly profiles: ProfileSink; readonly cell: string },
    ) => Promise<void>,
  ): Promise<void> {
    const { profiles, cell, recorder } = this.#environment;
    if (profiles === undefined || this.#admin === undefined) return;
    try {
      await ask(this.#admin, AbortSignal.timeout(PROFILE_MS), { profiles, cell });
    } catch (error) {
      recorder.record("engine", { kind: "note", text: `no ${what} of Envoy: ${errorText(error)}` });
    }
  }

  async #spawn(pod: Pod, adminPort: number): Promise<RunningProcess> {
    const { cell, otlpUrl, runtime, hop } = this.#environment;
    const controlAddress = await hop("control", await runtime.expose(await this.#control.start()));
    const adminAddress = `${pod.bind}:${adminPort}`;
    const options = { node: `envoy-${cell}`, controlAddress, adminAddress, otlpUrl };
    return this.#program = await runtime.spawn(envoyProgram("envoy", pod, options));
  }

  async #isUp(secure: boolean, adminAddress: Address): Promise<void> {
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
        : `none after ${START_MS} ms (registry revision ${this.#policies.registry?.revision})`;
      throw new Error(`Cannot start Envoy: expected its first configuration acknowledged, found ${found}`);
    }
    const { services, runtime } = this.#environment;
    const wanted = [
      ...services.map(({ name }) => outboundListenerName(name)),
      ...(secure ? guarded(services).map(({ name }) => inboundListenerName(name)) : []),
    ];
    const admin = this.#admin = new EnvoyAdmin(await runtime.reach(adminAddress));
    while (true) {
      const ports = await admin.listeners(deadline);
      const host = this.#pod?.host ?? "";
      this.#listeners = new Map([...ports].map(([name, port]) => [name, `${host}:${port}`]));
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
