import type { SidecarConfig, SidecarReady } from "../../../fixtures/sidecar/protocol.ts";
import { SIDECAR } from "../../model/interception.ts";
import type { MeshEnvironment, StartedMesh } from "../../model/mesh.ts";
import { spawnUntilLine } from "../../runtime/await_ready.ts";
import { startSidecars } from "./sidecars.ts";

const START_MS = 10_000;

/** The reference mesh in an intercepted cell: one sidecar a pod. */
export function startReferenceSidecars(environment: MeshEnvironment): Promise<StartedMesh> {
  const { runtime, mutant, services } = environment;
  return startSidecars(environment, async ({ instance, service, pod }, rules) => {
    const others = services.filter(({ name }) => name !== service);
    const config: SidecarConfig = {
      instance,
      bind: pod.bind,
      known: others.flatMap(({ instances }) => instances.map(({ address }) => address)),
      rules,
    };
    const { process, ready } = await spawnUntilLine(
      runtime.spawn,
      {
        name: `sidecar-${instance}`,
        program: { script: "sidecar" },
        args: [
          ...["--config", JSON.stringify(config)],
          ...(mutant === undefined ? [] : ["--mutant", mutant]),
        ],
        pod,
        user: SIDECAR.userId,
      },
      (line) => JSON.parse(line) as SidecarReady,
      { timeoutMs: START_MS, what: "the sidecar's ready line" },
    );
    return { process, rules: ready.rules, opensWhenDead: ready.opensWhenDead };
  });
}
