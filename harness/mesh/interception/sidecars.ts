import { type InterceptedPod, type RuleOptions, sidecarRules } from "../../model/interception.ts";
import type { Address, MeshEnvironment, PushOutcome, StartedMesh } from "../../model/mesh.ts";
import { errorText } from "../../model/error_text.ts";
import type { Pod, RunningProcess } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { demandPlainPolicy } from "./plain_policy.ts";
import { installCommand, interceptionRules, removalCommand } from "./rules.ts";

/** A proxy that listens in a pod whose traffic does not come to it yet. */
export interface Sidecar {
  readonly process: RunningProcess;
  /** What the rules that bring it there are made of. */
  readonly rules: RuleOptions;
  /** Whether the rules are taken away when it ends. */
  readonly opensWhenDead?: boolean;
}

/** Starts the proxy of one pod; resolves once both of its ports listen. */
export type StartSidecar = (pod: InterceptedPod, rules: RuleOptions) => Promise<Sidecar>;

/**
 * Puts a proxy into each pod that is to be intercepted, and then the rules that bring the pod's traffic to it: never
 * the other way round, or what comes in between would be refused.
 *
 * @throws {Error} When the cell has no kernel, or a proxy does not start; what was begun is ended.
 */
export async function startSidecars(
  environment: MeshEnvironment,
  startSidecar: StartSidecar,
): Promise<StartedMesh> {
  const { interception, policy, runtime: { kernel, kind } } = environment;
  if (interception === undefined || kernel === undefined) {
    throw new Error(
      `Cannot intercept in cell ${environment.cell}: expected pods with network namespaces of their own, found the ${kind} runtime`,
    );
  }
  demandPlainPolicy(policy);
  const mesh = new StartedSidecars(environment, kernel);
  try {
    await mesh.start(interception.pods, startSidecar);
    return mesh;
  } catch (error) {
    await mesh[Symbol.asyncDispose]();
    throw error;
  }
}

class StartedSidecars implements StartedMesh {
  readonly #environment: MeshEnvironment;
  readonly #kernel: CellKernel;
  readonly #sidecars = new Map<string, RunningProcess>();

  constructor(environment: MeshEnvironment, kernel: CellKernel) {
    this.#environment = environment;
    this.#kernel = kernel;
  }

  async start(pods: readonly InterceptedPod[], startSidecar: StartSidecar): Promise<void> {
    const started = await Promise.allSettled(pods.map(async (intercepted) => {
      const { instance, pod } = intercepted;
      const { process, rules, opensWhenDead } = await startSidecar(intercepted, sidecarRules(intercepted));
      this.#sidecars.set(instance, process);
      const remove = removalCommand();
      await this.#kernel.run(pod, installCommand(interceptionRules(rules)), remove);
      if (opensWhenDead) void process.exited.then(() => this.#open(pod, remove));
      process.ready?.("its ports listen, the rules are in force");
    }));
    const failed = started.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Takes the rules of a pod away; when the cell has ended meanwhile, so has the pod. */
  async #open(pod: Pod, remove: readonly string[]): Promise<void> {
    try {
      await this.#kernel.run(pod, remove);
    } catch (error) {
      const text = `the rules of ${pod.name} could not be taken away: ${errorText(error)}`;
      if (!this.#environment.signal.aborted) {
        this.#environment.recorder.record("mesh", { kind: "note", text });
      }
    }
  }

  sidecar(instance: string): RunningProcess | undefined {
    return this.#sidecars.get(instance);
  }

  /** What its callers know: the plain address of its first instance. */
  entry(service: string): Address {
    const found = this.#environment.services.find(({ name }) => name === service);
    const first = found?.instances[0];
    if (first !== undefined) return first.address;
    const known = this.#environment.services.map(({ name }) => name).join(", ");
    throw new Error(`Cannot reach service "${service}": expected one with an instance, of ${known}`);
  }

  inbound(service: string): Address {
    throw new Error(
      `There is no mutual-TLS door in front of "${service}": the sidecars of an intercepted cell speak plaintext`,
    );
  }

  apply(policy: { readonly file: string }): Promise<PushOutcome> {
    const error = `${policy.file}: the sidecars of an intercepted cell take no policy while they run`;
    return Promise.resolve({ version: "", outcome: "nack", error });
  }

  rotate(): Promise<void> {
    return Promise.reject(new Error("The sidecars of an intercepted cell have no identity to rotate"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sidecars.values()].map((process) => process.stop()));
  }
}
