/** Queueing disciplines of a pod's interface: what tc(8) is told and what it tells. */
import { z } from "zod";
import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";

/** One discipline with its counters, as `tc -s -j qdisc show` prints it. */
export interface QdiscStatistics {
  readonly kind: string;
  readonly handle: string;
  /** Passed on to the interface. */
  readonly bytes: number;
  readonly packets: number;
  readonly drops: number;
  /** How often a packet had to wait for its turn. */
  readonly overlimits: number;
  /** Bytes that wait now. */
  readonly backlog: number;
}

const qdiscs = z.array(z.object({
  kind: z.string(),
  handle: z.string(),
  bytes: z.number(),
  packets: z.number(),
  drops: z.number(),
  overlimits: z.number(),
  backlog: z.number().default(0),
}));

const interfaces = z.array(z.object({ ifname: z.string().optional() }));

/**
 * Reads `tc -s -j qdisc show dev <interface>`.
 *
 * @returns The discipline of that handle; undefined when there is none.
 * @throws {Error} When the text is no such listing.
 */
export function parseQdisc(text: string, handle: string): QdiscStatistics | undefined {
  return read(qdiscs, text, "tc -s -j qdisc show").find((each) => each.handle === handle);
}

/**
 * Reads `ip -j -4 addr show to <host>`: old versions print an empty object for every interface that does not match.
 *
 * @returns The interface that has the address; undefined when none has.
 */
export function parseInterface(text: string): string | undefined {
  return read(interfaces, text, "ip -j -4 addr show").find((each) => each.ifname !== undefined)?.ifname;
}

function read<Shape>(shape: z.ZodType<Shape>, text: string, command: string): Shape {
  try {
    // Nothing at all is said where there is nothing.
    return shape.parse(JSON.parse(text.trim() || "[]"));
  } catch (error) {
    throw new Error(
      `Cannot read the kernel's answer: expected the JSON of "${command}", found ${
        JSON.stringify(text.slice(0, 200))
      }`,
      { cause: error },
    );
  }
}

/** The name of the interface that carries the pod's address; undefined while it is off the network. */
export async function interfaceOf(kernel: CellKernel, pod: Pod): Promise<string | undefined> {
  return parseInterface(await kernel.run(pod, ["ip", "-j", "-4", "addr", "show", "to", pod.host]));
}

/** A root discipline that is in force. */
export interface Qdisc {
  readonly device: string;
  /** Since it was made. */
  statistics(): Promise<QdiscStatistics>;
  remove(): Promise<void>;
}

/** Which discipline. */
export interface QdiscOptions {
  readonly kernel: CellKernel;
  readonly pod: Pod;
  /** Such as `4d50:`; marks it as ours, and only what bears it is removed. */
  readonly handle: string;
  /** Kind and parameters, as tc(8) takes them. */
  readonly discipline: readonly string[];
}

/**
 * Puts a discipline at the root of the interface that carries the pod's address. It governs what the pod sends, not
 * what it receives.
 *
 * @throws {Error} When there is one already, or with the kernel's words.
 */
export async function addQdisc({ kernel, pod, handle, discipline }: QdiscOptions): Promise<Qdisc> {
  const device = await interfaceOf(kernel, pod);
  if (device === undefined) {
    throw new Error(
      `Cannot shape what ${pod.name} sends: expected an interface with ${pod.host}, found none; it is off the network`,
    );
  }
  const place = ["dev", device, "root", "handle", handle];
  const undo = ["tc", "qdisc", "del", ...place];
  try {
    await kernel.run(pod, ["tc", "qdisc", "add", ...place, ...discipline], undo);
  } catch (error) {
    if (!/NLM_F_REPLACE|Exclusivity flag|File exists/.test(String(error))) throw error;
    throw new Error(
      `Cannot shape what ${pod.name} sends: another discipline is at the root of ${device}; heal that fault first`,
      { cause: error },
    );
  }
  const find = async () =>
    parseQdisc(await kernel.run(pod, ["tc", "-s", "-j", "qdisc", "show", "dev", device]), handle);
  return {
    device,
    async statistics() {
      const found = await find();
      if (found !== undefined) return found;
      throw new Error(
        `Cannot read counters: expected qdisc ${handle} at ${device} of ${pod.name}, found none`,
      );
    },
    async remove() {
      // An interface that was taken away in the meantime has taken it along.
      if (await interfaceOf(kernel, pod) !== device || await find() === undefined) return;
      await kernel.run(pod, undo);
    },
  };
}
