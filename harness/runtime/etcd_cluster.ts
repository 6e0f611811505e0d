/** An etcd cluster of the harness's own, fast to elect and made to be broken. */
import { distinctPorts } from "./distinct_ports.ts";
import { pause } from "../model/pause.ts";
import type { Address } from "../model/mesh.ts";
import type { Pod, RunningProcess } from "../model/process.ts";
import type { CellRuntime } from "../model/runtime.ts";
import { awaitReady, NotReadyError } from "./await_ready.ts";
import { etcdGateway, type EtcdStatus } from "./etcd_gateway.ts";

/** How a cluster is to be. */
export interface EtcdClusterOptions {
  /** Where its members live, each in a pod of its own. */
  readonly runtime: Pick<CellRuntime, "pod" | "spawn" | "reach">;
  /** Begins the members' names; unique in the run. @default "etcd" */
  readonly name?: string;
  /** @default 3 */
  readonly size?: number;
  /** @default 20 */
  readonly heartbeatMs?: number;
  /** @default 200 */
  readonly electionMs?: number;
  /** How long the start may take. @default 15000 */
  readonly timeoutMs?: number;
}

/** Room that the data of one member takes at start: two write-ahead segments of 64 MB that etcd allocates in advance. */
const ETCD_MEMBER_BYTES = 160 * 1024 * 1024;

/** One member. After a restart `process` is another one; name, address and id stay. */
export interface EtcdMember {
  readonly name: string;
  /** Where the cell that it was started in reaches it. */
  readonly clientAddress: Address;
  /** Where the harness reaches it. */
  readonly harnessAddress: Address;
  /** Decimal member id, as the gateway's status says it. */
  readonly id: string;
  readonly process: RunningProcess;
}

/** A cluster whose every member answered a linearizable read. */
export interface EtcdCluster extends AsyncDisposable {
  /** Client addresses of all members, in the cell that they were started in. */
  readonly endpoints: readonly Address[];
  /** The same for the harness. */
  readonly harnessEndpoints: readonly Address[];
  readonly members: readonly EtcdMember[];
  /** The member that leads the newest term. Waits for an election, at most `timeoutMs` (default 5000). */
  leader(timeoutMs?: number): Promise<EtcdMember>;
  /** True when every member answers a linearizable read within `timeoutMs` (default 1000). */
  isHealthy(timeoutMs?: number): Promise<boolean>;
  /** SIGKILL. */
  kill(member: EtcdMember): Promise<void>;
  /** Starts a dead member again on its data; resolves when it answers a linearizable read. */
  restart(member: EtcdMember): Promise<void>;
}

/** What is decided about a member before it exists. */
interface Plan {
  readonly name: string;
  readonly pod: Pod;
  readonly clientAddress: Address;
  readonly harnessAddress: Address;
  readonly args: (folder: string) => readonly string[];
}

interface Member extends EtcdMember, Plan {
  process: RunningProcess;
}

/** How often a start is tried again because a chosen port was taken meanwhile. */
const PORT_TRIES = 5;
/** Pause between two looks at a member that does not answer yet. */
const POLL_MS = 10;
/** A member that does not answer this soon is paused, partitioned or electing. */
const LOOK_MS = 400;

/**
 * Starts a cluster.
 *
 * @throws {NotReadyError} When a member exits or is not ready in time; all members are gone by then.
 */
export async function startEtcdCluster(options: EtcdClusterOptions): Promise<EtcdCluster> {
  for (let attempt = 1;; attempt++) {
    try {
      return clusterOf(options, await startAll(options, await layOut(options)));
    } catch (error) {
      const portTaken = error instanceof NotReadyError && error.message.includes("address already in use");
      if (!portTaken || attempt === PORT_TRIES) throw error;
    }
  }
}

async function layOut(options: EtcdClusterOptions): Promise<Plan[]> {
  const names = Array.from(
    { length: options.size ?? 3 },
    (_, index) => `${options.name ?? "etcd"}-${index + 1}`,
  );
  const pods = await Promise.all(names.map((name) => options.runtime.pod(name)));
  const ports = distinctPorts(pods, 2);
  const members = await Promise.all(pods.map(async (pod, index) => {
    const [client = 0, peer = 0] = ports[index] ?? [];
    const clientAddress = `${pod.host}:${client}`;
    const harnessAddress = await options.runtime.reach(clientAddress);
    return { name: pod.name, pod, client, peer, clientAddress, harnessAddress };
  }));
  const initialCluster = members.map(({ name, pod, peer }) => `${name}=http://${pod.host}:${peer}`).join(",");
  const token = `meshproof-${members.map(({ clientAddress }) => clientAddress).join("-")}`;
  return members.map(({ name, pod, client, peer, clientAddress, harnessAddress }) => ({
    name,
    pod,
    clientAddress,
    harnessAddress,
    args: (folder) => [
      ...["--name", name],
      ...["--data-dir", `${folder}/data`],
      ...["--listen-client-urls", `http://${pod.bind}:${client}`],
      ...["--advertise-client-urls", `http://${clientAddress}`],
      ...["--listen-peer-urls", `http://${pod.bind}:${peer}`],
      ...["--initial-advertise-peer-urls", `http://${pod.host}:${peer}`],
      ...["--initial-cluster", initialCluster, "--initial-cluster-token", token],
      ...["--initial-cluster-state", "new"],
      ...["--heartbeat-interval", String(options.heartbeatMs ?? 20)],
      ...["--election-timeout", String(options.electionMs ?? 200)],
      // The harness kills processes, not the machine: what the kernel has is safe without fsync.
      "--unsafe-no-fsync",
      ...["--snapshot-count", "2000"],
      ...["--log-level", "warn"],
    ],
  }));
}

async function startAll(options: EtcdClusterOptions, plans: readonly Plan[]): Promise<Member[]> {
  const giveUp = new AbortController();
  let cause: unknown;
  const started = await Promise.allSettled(plans.map(async (plan) => {
    try {
      return await launch(options, plan, giveUp.signal);
    } catch (error) {
      // The first to fail is the cause; without it the others may never have a quorum, so they need not wait.
      if (!giveUp.signal.aborted) cause = error;
      giveUp.abort();
      throw error;
    }
  }));
  const members = started.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  if (members.length === plans.length) return members;
  await Promise.all(members.map((member) => member.process.kill()));
  throw cause;
}

/** Starts one member; resolves when it answers a linearizable read, for which it needs a quorum. */
async function launch(
  options: EtcdClusterOptions,
  plan: Plan,
  giveUp?: AbortSignal,
  inPlaceOf?: RunningProcess,
): Promise<Member> {
  const process = await options.runtime.spawn({
    name: plan.name,
    program: { tool: "etcd" },
    args: plan.args,
    pod: plan.pod,
    scratchBytes: ETCD_MEMBER_BYTES,
    ...(inPlaceOf === undefined ? {} : { inPlaceOf }),
  });
  const timeoutMs = options.timeoutMs ?? 15_000;
  const status = await awaitReady(process, async (signal) => {
    const either = giveUp === undefined ? signal : AbortSignal.any([signal, giveUp]);
    const gateway = etcdGateway(plan.harnessAddress);
    while (true) {
      try {
        await gateway.range("meshproof/ready", { timeoutMs, signal: either });
        return await gateway.status({ timeoutMs, signal: either });
      } catch (error) {
        if (either.aborted) throw error;
        await pause(POLL_MS, either);
      }
    }
  }, { timeoutMs, what: "a linearizable read through it" });
  return { ...plan, process, id: status.memberId };
}

function clusterOf(options: EtcdClusterOptions, members: readonly Member[]): EtcdCluster {
  const own = (member: EtcdMember): Member => {
    const found = members.find(({ name }) => name === member.name);
    if (found === undefined) {
      throw new TypeError(
        `Cannot use member "${member.name}": expected one of ${members.map(({ name }) => name).join(", ")}`,
      );
    }
    return found;
  };
  const isHealthy = async (timeoutMs = 1_000) => {
    const reads = members.map((member) =>
      etcdGateway(member.harnessAddress).range("meshproof/ready", { timeoutMs })
    );
    return (await Promise.allSettled(reads)).every(({ status }) => status === "fulfilled");
  };
  return {
    endpoints: members.map(({ clientAddress }) => clientAddress),
    harnessEndpoints: members.map(({ harnessAddress }) => harnessAddress),
    members,
    isHealthy,
    leader: (timeoutMs = 5_000) => findLeader(members, timeoutMs),
    kill: (member) => own(member).process.kill(),
    async restart(member) {
      const dead = own(member);
      await dead.process.kill();
      dead.process = (await launch(options, dead, undefined, dead.process)).process;
    },
    async [Symbol.asyncDispose]() {
      // Nobody will read the data again, so nothing is gained by ending politely (which takes a leader a second).
      await Promise.all(members.map(({ process }) => process.kill()));
    },
  };
}

async function findLeader(members: readonly Member[], timeoutMs: number): Promise<Member> {
  const deadline = performance.now() + timeoutMs;
  let seen: (EtcdStatus | undefined)[] = [];
  while (performance.now() < deadline) {
    seen = await Promise.all(
      members.map(({ harnessAddress }) =>
        etcdGateway(harnessAddress).status({ timeoutMs: LOOK_MS }).catch(() => undefined)
      ),
    );
    const newestTerm = Math.max(...seen.map((status) => status?.raftTerm ?? 0));
    // A leader that was paused through an election still takes itself for one, in an older term.
    const index = seen.findIndex((status) =>
      status !== undefined && status.raftTerm === newestTerm && status.leader === status.memberId
    );
    const leader = members[index];
    if (leader !== undefined) return leader;
    await pause(POLL_MS);
  }
  throw new Error(
    `Cannot find the leader of etcd: expected one within ${timeoutMs} ms, found ${
      members.map(({ name }, index) => `${name}: ${seen[index] === undefined ? "no answer" : "no leader"}`)
        .join(", ")
    }; see the members' logs`,
  );
}
