import project from "../../deno.json" with { type: "json" };
import { IDENTITY_TYPE, POLICY_TYPE, type ReferenceConfig } from "../../fixtures/reference/protocol.ts";
import { AdsServer } from "../control/ads_server.ts";
import {
  type Address,
  FEATURES,
  type KeyPair,
  type MeshAdapter,
  type MeshEnvironment,
  type PushOutcome,
  type StartedMesh,
} from "../model/mesh.ts";
import type { Policy } from "../model/policy.ts";
import type { Pod, RunningProcess } from "../model/process.ts";
import { randomStream } from "../model/random.ts";
import { startReferenceSidecars } from "./interception/reference_sidecar.ts";
import { ReferenceOutput } from "./reference_output.ts";

/** How long the program may take until all of it works. */
const START_MS = 10_000;

/** The reference: a library mesh in TypeScript that keeps every clause. The other control beside `direct`. */
export const reference: MeshAdapter = {
  name: "reference",
  features: new Set(FEATURES),
  tools: [],
  unsupportedFields: {},
  version: () => Promise.resolve(project.version),
  start,
};

async function start(environment: MeshEnvironment): Promise<StartedMesh> {
  if (environment.interception !== undefined) return await startReferenceSidecars(environment);
  const control = new AdsServer({ recorder: environment.recorder });
  const output = new ReferenceOutput((recording) =>
    environment.profiles?.takeRecording("reference", environment.cell, recording)
  );
  let program: RunningProcess | undefined;
  try {
    const { runtime } = environment;
    const address = await environment.hop("control", await runtime.expose(await control.start()));
    offerPolicy(control, environment.policy);
    if (environment.identity !== undefined) offerIdentity(control, environment, environment.identity);
    const pod = await runtime.pod("reference");
    program = await runtime.spawn({
      name: "reference",
      program: { script: "reference" },
      pod,
      args: programArguments(environment, pod, address),
      onLine: (line) => output.take(line),
    });
    output.watchEnd(program);
    const mesh = new StartedReference(environment, control, output, program);
    await mesh.isUp();
    return mesh;
  } catch (error) {
    await program?.stop();
    await control.stop();
    throw error;
  }
}

function programArguments(environment: MeshEnvironment, pod: Pod, control: Address): string[] {
  const config: ReferenceConfig = {
    node: environment.cell,
    seed: Math.floor(randomStream(environment.seed, environment.cell)() * 2 ** 31),
    services: environment.services.map(({ name }) => name),
    control,
    place: { bind: pod.bind, host: pod.host },
    registry: { endpoints: environment.registry.endpoints, prefix: environment.registry.prefix },
    ...(environment.otlpUrl === "" ? {} : { otlpUrl: environment.otlpUrl }),
    ...(environment.identity === undefined ? {} : { doors: doorsOf(environment) }),
    ...(environment.profiles === undefined ? {} : { profile: true }),
  };
  return [
    "--config",
    JSON.stringify(config),
    ...(environment.mutant === undefined ? [] : ["--mutant", environment.mutant]),
  ];
}

function doorsOf(environment: MeshEnvironment): Record<string, Address> {
  const doors: Record<string, Address> = {};
  for (const { name, instances } of environment.services) {
    if (instances[0] !== undefined) doors[name] = instances[0].address;
  }
  return doors;
}

function offer(control: AdsServer, typeUrl: string, name: string, value: unknown): void {
  control.set(typeUrl, [{ typeUrl, name, bytes: new TextEncoder().encode(JSON.stringify(value)) }]);
}

function offerPolicy(control: AdsServer, policy: Policy): void {
  offer(control, POLICY_TYPE, "policy", policy);
}

function offerIdentity(control: AdsServer, { authority }: MeshEnvironment, identity: KeyPair): void {
  offer(control, IDENTITY_TYPE, "inbound", { ...identity, bundle: authority.bundle });
}

class StartedReference implements StartedMesh {
  readonly #environment: MeshEnvironment;
  readonly #control: AdsServer;
  readonly #output: ReferenceOutput;
  readonly #program: RunningProcess;

  constructor(
    environment: MeshEnvironment,
    control: AdsServer,
    output: ReferenceOutput,
    program: RunningProcess,
  ) {
    this.#environment = environment;
    this.#control = control;
    this.#output = output;
    this.#program = program;
  }

  /** Resolves once entries and doors listen, the policy is acknowledged, and all instances are known. */
  async isUp(): Promise<void> {
    const deadline = performance.now() + START_MS;
    const leftMs = () => Math.max(0, deadline - performance.now());
    const output = this.#output;
    await output.until("its entries", leftMs(), () => output.entries !== undefined);
    const answer = await this.#control.settled({ typeUrls: [POLICY_TYPE], timeoutMs: leftMs() });
    if (answer.outcome !== "ack") {
      const found = answer.outcome === "nack" ? `a refusal: ${answer.error}` : "no answer";
      throw new Error(
        `Cannot start the reference mesh: expected its first policy acknowledged, found ${found}`,
      );
    }
    for (const { name, instances } of this.#environment.services) {
      for (const { id } of instances) {
        const what = `instance ${id} of ${name} in the registry`;
        await output.until(what, leftMs(), () => output.instances(name).includes(id));
      }
    }
    if (this.#environment.identity !== undefined) {
      await output.until("its inbound doors", leftMs(), () => output.doors !== undefined);
    }
    this.#program.ready?.("entries listen, policy acknowledged, instances known");
  }

  entry(service: string): Address {
    return addressOf(service, "entry", this.#output.entries);
  }

  inbound(service: string): Address {
    return addressOf(service, "inbound door", this.#output.doors);
  }

  apply(policy: Policy, timeoutMs: number): Promise<PushOutcome> {
    offerPolicy(this.#control, policy);
    return this.#control.settled({ typeUrls: [POLICY_TYPE], timeoutMs });
  }

  rotate(identity: KeyPair): Promise<void> {
    offerIdentity(this.#control, this.#environment, identity);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.stop();
    await this.#control.stop();
  }
}

function addressOf(
  service: string,
  what: string,
  addresses: Readonly<Record<string, Address>> | undefined,
): Address {
  const address = addresses?.[service];
  if (address !== undefined) return address;
  const known = Object.keys(addresses ?? {}).join(", ") || "none";
  throw new Error(`The reference mesh has no ${what} for service "${service}"; it has: ${known}`);
}
