import type { RegistryHandle } from "../model/drive.ts";
import type { Fault } from "../faults/fault.ts";
import type { Address } from "../model/mesh.ts";
import { splitAddress } from "../model/split_address.ts";
import type { CellRuntime } from "../model/runtime.ts";
import { type EtcdCluster, type EtcdMember, startEtcdCluster } from "../runtime/etcd_cluster.ts";
import { etcdGateway } from "../runtime/etcd_gateway.ts";
import type { CellFaults } from "./cell_faults.ts";

const MEMBERS = 3;
const LOOK_LIMIT_MS = 3_000;
/**
 * A registry that is to be broken elects quickly. One that others lean on must not: a busy machine would make it
 * change its leader, and a new leader grants every lease a fresh term.
 */
const PACE = {
  quick: { heartbeatMs: 20, electionMs: 200 },
  steady: { heartbeatMs: 50, electionMs: 500 },
} as const;
const MOVES = 20;
const LEADER_LIMIT_MS = 15_000;

/** Starts a three-member etcd cluster whose data is gone with the cell that it lives in. */
export function startRegistry(
  runtime: CellRuntime,
  name: string,
  pace: keyof typeof PACE,
): Promise<EtcdCluster> {
  return startEtcdCluster({ runtime, name, size: MEMBERS, ...PACE[pace] });
}

/** Addresses at which a cell reaches a registry that lives elsewhere in the run. */
export function admitRegistry(cluster: EtcdCluster, cell: CellRuntime): Promise<Address[]> {
  return Promise.all(cluster.members.map(async ({ process, clientAddress }) => {
    const { port } = splitAddress(clientAddress, "reach a member of the registry at an address");
    return `${await cell.admit(process)}:${port}`;
  }));
}

/** The registry as a drive handles it. */
export function registryHandle(
  cluster: EtcdCluster,
  prefix: string,
  mayBreak: boolean,
  faults: CellFaults,
): RegistryHandle {
  const alive = [...cluster.harnessEndpoints];
  return {
    killLeader: async () => {
      if (!mayBreak) {
        throw new TypeError('Cannot kill the leader of the shared registry: ask for registry: "own"');
      }
      const leader = await leadByFirst(cluster);
      alive.splice(alive.indexOf(leader.harnessAddress), 1);
      return await faults.inject(killLeader(cluster, leader.name));
    },
    has: async (service, instance) => {
      for (const endpoint of alive) {
        try {
          const { keys } = await etcdGateway(endpoint).range(`${prefix}/services/${service}/${instance}`, {
            timeoutMs: LOOK_LIMIT_MS,
          });
          return keys.some((entry) => entry.key === `${prefix}/services/${service}/${instance}`);
        } catch {
          // The next member may answer.
        }
      }
      throw new Error(`Cannot look up ${service}/${instance}: none of ${alive.join(", ")} answered`);
    },
  };
}

/** Clients follow the first member where they can: it must be the one that leads, so that its death is felt. */
async function leadByFirst(cluster: EtcdCluster): Promise<EtcdMember> {
  const [first] = cluster.members;
  if (first === undefined) throw new TypeError("Cannot find a leader: the registry has no members");
  for (let attempt = 1; attempt <= MOVES; attempt++) {
    const leader = await cluster.leader(LEADER_LIMIT_MS);
    if (leader.id === first.id) return first;
    // Refused when the lead changed meanwhile, which the next look tells.
    await etcdGateway(leader.harnessAddress).moveLeader(first.id).catch(() => undefined);
  }
  throw new Error(`Cannot make ${first.name} lead the registry: it did not after ${MOVES} moves`);
}

/** SIGKILL of the leading member; the witness is the others, who follow a new leader in a newer term. */
function killLeader(cluster: EtcdCluster, name: string): Fault {
  return {
    name: "kill registry leader",
    inject: async () => {
      const victim = cluster.members.find((member) => member.name === name);
      if (victim === undefined) throw new TypeError(`Cannot kill ${name}: no such member`);
      const before = await etcdGateway(victim.harnessAddress).status();
      await cluster.kill(victim);
      const survivor = cluster.members.find((member) => member !== victim);
      return {
        name: "kill registry leader",
        detail: `SIGKILL of ${name} (pid ${victim.process.pid}), leader of term ${before.raftTerm}`,
        witness: async () => {
          if (survivor === undefined) return { witnessed: false, detail: "no survivor to ask" };
          const now = await etcdGateway(survivor.harnessAddress).status({ timeoutMs: LOOK_LIMIT_MS });
          const elected = now.raftTerm > before.raftTerm && now.leader !== "0" && now.leader !== victim.id;
          return {
            witnessed: elected,
            detail: `${survivor.name} follows member ${now.leader} in term ${now.raftTerm}`,
          };
        },
        heal: () => cluster.restart(victim),
      };
    },
  };
}
