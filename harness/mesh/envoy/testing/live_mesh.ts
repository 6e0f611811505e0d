import type { EventBody, PushEvent, Recorder } from "../../../model/event.ts";
import type { KeyPair, MeshAdapter, StartedMesh } from "../../../model/mesh.ts";
import type { Policy } from "../../../model/policy.ts";
import type { ProfileSink } from "../../../model/profile_sink.ts";
import { createAuthority } from "../../../control/authority.ts";
import { TcpRelay } from "../../../control/testing/tcp_relay.ts";
import { startEtcdCluster } from "../../../runtime/etcd_cluster.ts";
import { type EtcdGateway, etcdGateway } from "../../../runtime/etcd_gateway.ts";
import { openTestRuntime } from "../../../runtime/testing/test_runtime.ts";
import { Caller } from "./caller.ts";
import { Upstream } from "./upstream.ts";

/** A mesh under test, its upstreams registered in an etcd of their own. */
export interface LiveMesh {
  readonly mesh: StartedMesh;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly caller: Caller;
  readonly registry: EtcdGateway;
  readonly pushes: readonly PushEvent[];
  readonly authority: Awaited<ReturnType<typeof createAuthority>>;
  readonly startedInMs: number;
  /** Cuts the way from the mesh to its control plane, and gives the way to mend it. */
  cutControl(): Promise<void>;
  mendControl(): Promise<void>;
  register(upstream: Upstream, labels: Readonly<Record<string, string>>): Promise<void>;
}

/** How a live mesh is to be. */
export interface LiveMeshOptions {
  readonly policy: Policy;
  /** Instances of the service `echo`, with their labels. */
  readonly instances: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly otlpUrl?: string;
  readonly identity?: boolean;
  readonly profiles?: ProfileSink;
}

const PREFIX = "cell";

/** Starts a mesh with all that it needs, runs the body, and takes everything down. */
export async function withLiveMesh(
  adapter: MeshAdapter,
  options: LiveMeshOptions,
  body: (live: LiveMesh) => Promise<void>,
): Promise<void> {
  await using test = await openTestRuntime();
  const { runtime } = test;
  await using etcd = await startEtcdCluster({ runtime, size: 1 });
  await using stack = new AsyncDisposableStack();
  const registry = etcdGateway(etcd.endpoints[0] as string);
  const register = async (upstream: Upstream, labels: Readonly<Record<string, string>>) => {
    const value = JSON.stringify({ address: upstream.address, labels });
    await registry.put(`${PREFIX}/services/echo/${upstream.id}`, value);
  };
  const upstreams = new Map<string, Upstream>();
  for (const [id, labels] of Object.entries(options.instances)) {
    const upstream = stack.use(await Upstream.start(id));
    upstreams.set(id, upstream);
    await register(upstream, labels);
  }
  const pushes: PushEvent[] = [];
  const recorder: Recorder = {
    record: (_source: string, event: EventBody) => void (event.kind === "push" && pushes.push(event)),
    now: () => performance.now(),
    fromEpoch: (epochMs) => epochMs - performance.timeOrigin,
  };
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const identity: KeyPair | undefined = options.identity ? await authority.issue("echo") : undefined;
  const relays = new Map<string, TcpRelay>();
  const startedT = performance.now();
  const mesh = stack.use(
    await adapter.start({
      seed: 1,
      cell: "live",
      services: [{
        name: "echo",
        instances: Object.entries(options.instances).map(([id, labels]) => ({
          id,
          address: upstreams.get(id)?.address ?? "",
          labels,
        })),
      }],
      policy: options.policy,
      registry: { endpoints: etcd.endpoints, harnessEndpoints: etcd.harnessEndpoints, prefix: PREFIX },
      recorder,
      runtime,
      otlpUrl: options.otlpUrl ?? "",
      authority,
      ...(identity === undefined ? {} : { identity }),
      ...(options.profiles === undefined ? {} : { profiles: options.profiles }),
      hop: async (name, address) => {
        const relay = stack.use(await TcpRelay.to(address));
        relays.set(name, relay);
        return relay.address;
      },
      folder: test.folder,
      signal: new AbortController().signal,
    }),
  );
  const startedInMs = performance.now() - startedT;
  const caller = stack.use(new Caller(mesh.entry("echo")));
  await body({
    mesh,
    upstreams,
    caller,
    registry,
    pushes,
    authority,
    startedInMs,
    register,
    cutControl: async () => await relays.get("control")?.cut(),
    mendControl: async () => await relays.get("control")?.mend(),
  });
}
