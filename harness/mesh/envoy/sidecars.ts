import { AdsServer } from "../../control/ads_server.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import { type InterceptedPod, SIDECAR } from "../../model/interception.ts";
import type { Address, MeshEnvironment, StartedMesh } from "../../model/mesh.ts";
import { pause } from "../../model/pause.ts";
import type { RunningProcess } from "../../model/process.ts";
import { awaitReady } from "../../runtime/await_ready.ts";
import { startSidecars } from "../interception/sidecars.ts";
import { EnvoyAdmin } from "./admin.ts";
import { envoyProgram } from "./program.ts";
import {
  INSTANCE_VARIABLE,
  sidecarClusters,
  sidecarListenerName,
  sidecarListeners,
} from "./sidecar_resources.ts";

const START_MS = 15_000;
/** Between two looks at the admin interface, which has no way to be awaited. */
const LOOK_EVERY_MS = 20;

/** Envoy in an intercepted cell: one a pod, each a node of its own, all of one control plane. */
export async function startEnvoySidecars(environment: MeshEnvironment): Promise<StartedMesh> {
  const control = new AdsServer({ recorder: environment.recorder });
  try {
    const pods = environment.interception?.pods ?? [];
    control.set(TYPE_URLS.cluster, sidecarClusters());
    control.set(TYPE_URLS.listener, sidecarListeners(pods[0]?.pod.bind ?? "0.0.0.0"));
    const { hop, runtime } = environment;
    const controlAddress = await hop("control", await runtime.expose(await control.start()));
    const mesh = await startSidecars(environment, async (pod, rules) => {
      const process = await startEnvoy(environment, pod, controlAddress);
      return { process, rules };
    });
    return withControl(mesh, control);
  } catch (error) {
    await control.stop();
    throw error;
  }
}

async function startEnvoy(
  { cell, runtime }: MeshEnvironment,
  { instance, pod }: InterceptedPod,
  controlAddress: Address,
): Promise<RunningProcess> {
  const [adminPort = 0] = pod.freePorts(1);
  const options = {
    node: `envoy-${cell}-${instance}`,
    controlAddress,
    adminAddress: `${pod.bind}:${adminPort}`,
    otlpUrl: "",
  };
  const process = await runtime.spawn({
    ...envoyProgram(`envoy-${instance}`, pod, options),
    user: SIDECAR.userId,
    env: { [INSTANCE_VARIABLE]: instance },
  });
  const admin = new EnvoyAdmin(await runtime.reach(`${pod.host}:${adminPort}`));
  const wanted = [sidecarListenerName("outbound"), sidecarListenerName("inbound")];
  await awaitReady(process, async (signal) => {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(START_MS)]);
    for (;;) {
      const listeners = await admin.listeners(patience);
      if (wanted.every((name) => listeners.has(name))) return;
      await pause(LOOK_EVERY_MS, patience);
      patience.throwIfAborted();
    }
  }, { timeoutMs: START_MS, what: `its listeners ${wanted.join(" and ")}` });
  return process;
}

/** The same mesh, whose control plane ends with it. */
function withControl(mesh: StartedMesh, control: AdsServer): StartedMesh {
  return {
    entry: (service) => mesh.entry(service),
    inbound: (service) => mesh.inbound(service),
    apply: (policy, timeoutMs) => mesh.apply(policy, timeoutMs),
    rotate: (identity) => mesh.rotate(identity),
    sidecar: (instance) => mesh.sidecar?.(instance),
    [Symbol.asyncDispose]: async () => {
      await mesh[Symbol.asyncDispose]();
      await control.stop();
    },
  };
}
