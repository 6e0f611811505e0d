/** Pods that do not hear each other, by packet filter rules in their own network namespaces. */
import type { Pod } from "../../model/process.ts";
import type { Fault } from "../fault.ts";
import { cutFault, type CutSettings } from "./cut_fault.ts";

/** One pod or several that stand on one side. */
export type Side = Pod | readonly Pod[];

/** Between whom. */
export interface PartitionOptions extends CutSettings {
  readonly between: readonly [Side, Side];
  /** `one-way`: packets of the first side do not get to the second; those of the second get through. @default "both" */
  readonly direction?: "both" | "one-way";
}

/**
 * Cuts two sides from each other. What either side says within itself gets through. Witness: packets other than our own
 * knocks ended at the cut, and a knock from inside on every cut path leaves its sender and never arrives, though all
 * of them were answered before; a direction that is not cut still delivers. Pods that say nothing to each other give
 * no witness.
 *
 * @param options The sides.
 */
export function partition(options: PartitionOptions): Fault {
  const [first, second] = options.between.map(listOf) as [Pod[], Pod[]];
  const names = (side: readonly Pod[]) => side.map((pod) => pod.name).join(", ");
  const isOneWay = options.direction === "one-way";
  const cuts = first.flatMap((from) =>
    second.flatMap((to) => isOneWay ? [{ from, to }] : [{ from, to }, { from: to, to: from }])
  );
  const name = `partition ${names(first)} ${isOneWay ? "->" : "|"} ${names(second)}`;
  const words = isOneWay
    ? `from ${names(first)} to ${names(second)}`
    : `between ${names(first)} and ${names(second)}`;
  return cutFault(options, name, words, cuts);
}

/**
 * Cuts a minority of a group from the rest of it.
 *
 * @param pods Fewer than half of `of`.
 * @param of The whole group.
 * @throws {TypeError} When they are no minority of it.
 */
export function minority(pods: readonly Pod[], of: readonly Pod[], settings: CutSettings): Fault {
  const inside = new Set(pods.map((pod) => pod.name));
  const rest = of.filter((pod) => !inside.has(pod.name));
  const members = of.filter((pod) => inside.has(pod.name));
  if (members.length !== inside.size || inside.size === 0 || members.length * 2 >= of.length) {
    throw new TypeError(
      `Cannot cut off a minority: expected fewer than half of ${
        of.map((pod) => pod.name).join(", ")
      }, found ${[...inside].join(", ") || "none"}`,
    );
  }
  return partition({ name: `minority ${[...inside].join(", ")}`, ...settings, between: [members, rest] });
}

/**
 * Leaves each pod only its two neighbours in a ring: the pod before it and the one after it in the list.
 *
 * @param pods Four or more; in a ring of three all are neighbours.
 * @throws {TypeError} When there are fewer.
 */
export function ring(pods: readonly Pod[], settings: CutSettings): Fault {
  if (pods.length < 4) {
    throw new TypeError(
      `Cannot make a ring: expected four pods or more, found ${pods.length}, who would all be neighbours`,
    );
  }
  const cuts = pods.flatMap((from, here) =>
    pods.flatMap((to, there) => {
      const apart = Math.abs(here - there);
      return apart < 2 || apart === pods.length - 1 ? [] : [{ from, to }];
    })
  );
  const names = pods.map((pod) => pod.name).join(", ");
  return cutFault(settings, `ring ${names}`, `between those of ${names} that are no neighbours`, cuts);
}

/**
 * Lets a pod hear nobody and be heard by nobody, whoever that is; its own loopback goes on, and its interface stays up
 * (compare `disconnect`).
 *
 * @param pod Whom.
 * @param others Pods that it talks to, for the witness; at least one.
 */
export function isolate(pod: Pod, others: readonly Pod[], settings: CutSettings): Fault {
  const peers = others.filter((other) => other.name !== pod.name);
  const cuts = peers.flatMap((other) => [{ from: pod, to: other }, { from: other, to: pod }]);
  return cutFault(settings, `isolate ${pod.name}`, `between ${pod.name} and everybody`, cuts, pod);
}

function listOf(side: Side): readonly Pod[] {
  return "name" in side ? [side] : side;
}
