import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { type Fault, once } from "../fault.ts";
import {
  type Counts,
  type Cut,
  type CutAction,
  type CutPlan,
  parseCounts,
  podsOf,
  removalCommands,
  tableCommands,
} from "./cuts.ts";
import { probePaths } from "./path_probe.ts";
import { type PathProbes, testify, trafficWasCut } from "./partition_testimony.ts";

/** What all partitions take. */
export interface CutSettings {
  /** Unique in the cell. */
  readonly name?: string;
  readonly kernel: CellKernel;
  /** `drop`: lost without a word. `reject`: the sender's connections are reset. @default "drop" */
  readonly action?: CutAction;
}

/** An open path answers in a millisecond or so. */
const KNOCK_LIMIT_MS = 250;
/** Before the fault a busy machine is given more time. */
const CONTROL_LIMIT_MS = 2_000;

/**
 * Loses packets between pods, by a table of rules in the namespace of each of them.
 *
 * @param defaultName Where the settings have none.
 * @param words Between whom, for people.
 * @param cuts Which packets.
 * @param sealed Hears nobody else either, and is heard by nobody.
 */
export function cutFault(
  settings: CutSettings,
  defaultName: string,
  words: string,
  cuts: readonly Cut[],
  sealed?: Pod,
): Fault {
  const { kernel, name = defaultName, action = "drop" } = settings;
  const plan: CutPlan = { cuts, action, ...(sealed === undefined ? {} : { sealed }) };
  const pods = podsOf(plan);
  refuseNonsense(name, plan, pods);
  const table = tableName(name);
  return {
    name,
    async inject() {
      const before = await knockAll(kernel, plan, pods, CONTROL_LIMIT_MS);
      const undo = ["nft", removalCommands(table)];
      const heal = once(async () => {
        await eachEvenIfOneFails(pods, (pod) => kernel.run(pod, undo));
      });
      const made = await Promise.allSettled(
        pods.map((pod) => kernel.run(pod, ["nft", tableCommands(plan, table, pod)], undo)),
      );
      const failure = made.find((each) => each.status === "rejected");
      if (failure !== undefined) {
        // Only where it was made: a table of that name that was there before is another fault's.
        const ours = pods.filter((_, index) => made[index]?.status === "fulfilled");
        await eachEvenIfOneFails(ours, (pod) => kernel.run(pod, undo));
        throw failure.reason;
      }
      return {
        name,
        detail: `${action} of packets ${words} by table ${table}`,
        heal,
        async witness() {
          const counts = await readCounts(kernel, table, pods);
          if (!trafficWasCut(plan, counts)) {
            return { witnessed: false, detail: `nothing but silence to cut: no packet ${words} since` };
          }
          const after = await knockAll(kernel, plan, pods, KNOCK_LIMIT_MS);
          return testify(plan, before, after, await readCounts(kernel, table, pods));
        },
      };
    },
  };
}

/** Every pod knocks at those with whom it is in a cut, in whichever direction that is. */
async function knockAll(
  kernel: CellKernel,
  plan: CutPlan,
  pods: readonly Pod[],
  limitMs: number,
): Promise<PathProbes> {
  return new Map(
    await Promise.all(pods.map(async (pod) => {
      const peers = pods.filter((other) =>
        plan.cuts.some(({ from, to }) =>
          (from.name === pod.name && to.name === other.name) ||
          (to.name === pod.name && from.name === other.name)
        )
      );
      return [pod.name, await probePaths(kernel, pod, peers, limitMs)] as const;
    })),
  );
}

/** Each counter stands in one pod's table only. */
async function readCounts(kernel: CellKernel, table: string, pods: readonly Pod[]): Promise<Counts> {
  const all = await Promise.all(
    pods.map(async (
      pod,
    ) => [...parseCounts(await kernel.run(pod, ["nft", "-j", "list", "table", "ip", table]))]),
  );
  return new Map(all.flat().filter(([key]) => key !== "sealed"));
}

async function eachEvenIfOneFails(pods: readonly Pod[], work: (pod: Pod) => Promise<unknown>): Promise<void> {
  const done = await Promise.allSettled(pods.map(work));
  const failure = done.find((each) => each.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

/** Of what nft(8) takes as an identifier. */
function tableName(fault: string): string {
  return `meshproof-${fault.replaceAll("->", "to").replaceAll(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "")}`
    .slice(0, 120);
}

function refuseNonsense(name: string, { cuts }: CutPlan, pods: readonly Pod[]): void {
  const same = cuts.find(({ from, to }) => from.name === to.name || from.host === to.host);
  if (cuts.length === 0) {
    throw new TypeError(`Cannot inject ${name}: expected pods on both sides, found none`);
  }
  if (same !== undefined) {
    throw new TypeError(
      `Cannot inject ${name}: expected pods with addresses of their own, found ${same.from.name} and ${same.to.name} at ${same.to.host}`,
    );
  }
  const strange = pods.find((pod) => !/^\d+(\.\d+){3}$/.test(pod.host));
  if (strange !== undefined) {
    throw new TypeError(
      `Cannot inject ${name}: expected ${strange.name} to have an IPv4 address, found ${
        JSON.stringify(strange.host)
      }`,
    );
  }
}
