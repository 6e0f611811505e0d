/** A run's ledger and the engine, for tests of single parts of the docker runtime. */
import { openTestRuntime } from "../../testing/test_runtime.ts";
import type { RunLedger } from "../../run_ledger.ts";
import { Engine } from "../engine.ts";
import { ensureImages } from "../images.ts";
import { RUN_LABEL } from "../labels.ts";
import type { DockerOwner } from "../owned_container.ts";

/** All that is needed to own something on the engine. */
export interface TestOwner extends DockerOwner, AsyncDisposable {
  readonly ledger: RunLedger;
  readonly labels: Readonly<Record<string, string>>;
  /** Tag of the image `sandbox`. */
  readonly sandboxImage: string;
  /** Names of all containers and networks of the run that the engine has. */
  onEngine(): Promise<string[]>;
}

/** Opens one. Whatever of it is left at the end is removed. */
export async function openTestOwner(): Promise<TestOwner> {
  const test = await openTestRuntime();
  const engine = await Engine.open();
  const { ledger } = test;
  const labels = { [RUN_LABEL]: ledger.runId };
  const filters = { label: [`${RUN_LABEL}=${ledger.runId}`] };
  const containers = () => engine.dockerode.listContainers({ all: true, filters });
  const networks = () => engine.dockerode.listNetworks({ filters });
  let names = 0;
  return {
    engine,
    ledger,
    labels,
    sandboxImage: (await ensureImages(["sandbox"])).get("sandbox")!,
    uniqueName: (name) => `meshproof-${ledger.runId}-${++names}-${name}`,
    onEngine: async () => [
      ...(await containers()).flatMap(({ Names }) => Names),
      ...(await networks()).map(({ Name }) => Name),
    ],
    async [Symbol.asyncDispose]() {
      for (const { Id } of await containers()) await engine.container(Id).remove({ force: true });
      for (const { Id } of await networks()) await engine.dockerode.getNetwork(Id).remove();
      await test[Symbol.asyncDispose]();
    },
  };
}
