/** Which packets a partition loses: pure data, and the pods' packet filter tables that say so to the kernel. */
import { z } from "zod";
import type { Pod } from "../../model/process.ts";
import { KNOCK_PORT } from "./path_probe.ts";

/** Packets of one pod that never get to another. */
export interface Cut {
  readonly from: Pod;
  readonly to: Pod;
}

/** What becomes of a packet: lost without a word, or refused to its sender (TCP: RST). */
export type CutAction = "drop" | "reject";

/** A partition as data. */
export interface CutPlan {
  /** Each pair once. */
  readonly cuts: readonly Cut[];
  readonly action: CutAction;
  /** A pod that beside its named peers hears nobody else and is heard by nobody. */
  readonly sealed?: Pod;
}

/**
 * Where packets are counted, each counter for one ordered pair of pods. `sent` by the sender's kernel before anything
 * else; `cut` where they end; `arrived` by the receiver's kernel past all cuts.
 */
export type Place = "sent" | "cut" | "arrived";
/** `knock`: our own probes and the answers to them. `traffic`: all others, and where nothing ends also the knocks. */
export type Kind = "knock" | "traffic";

/** Packets counted, by place, kind and pair. */
export type Counts = ReadonlyMap<string, number>;

/** All pods of a plan, in a fixed order: counters name them by their index. */
export function podsOf(plan: CutPlan): readonly Pod[] {
  const pods = new Map<string, Pod>();
  for (const pod of plan.cuts.flatMap(({ from, to }) => [from, to])) pods.set(pod.name, pod);
  return [...pods.values()];
}

/** Key of a counter in {@link Counts}; also the comment of its rules. */
export function counterKey(pods: readonly Pod[], place: Place, kind: Kind, cut: Cut): string {
  const index = (pod: Pod) => pods.findIndex((each) => each.name === pod.name);
  return `${place} ${kind} ${index(cut.from)}>${index(cut.to)}`;
}

/**
 * The nft(8) commands that make one pod's table. A dropped packet is lost where it arrives, as on the wire: its sender
 * learns nothing. A rejected one is refused where it is sent, since the answer has to come from somewhere that the
 * sender hears. Both before connection tracking and address translation (priority raw), so that nothing of them is
 * remembered after the heal.
 *
 * @param table Name of the table; must not be there yet.
 * @param pod Whose namespace it is for.
 */
export function tableCommands(plan: CutPlan, table: string, pod: Pod): string {
  const pods = podsOf(plan);
  const isCut = (pair: Cut) =>
    plan.cuts.some((cut) => cut.from.name === pair.from.name && cut.to.name === pair.to.name);
  const pairs = pairsOf(plan);
  const rules = (place: Place, pair: Cut, match: string, verdict?: CutAction) => {
    const end = (kind: Kind) => `comment "${counterKey(pods, place, kind, pair)}"`;
    const refused = (isTcp: boolean) =>
      verdict === "reject" ? `${isTcp ? "reject with tcp reset" : "reject"} ` : verdict ? `${verdict} ` : "";
    const knocks = [
      `${match} tcp dport ${KNOCK_PORT} counter ${refused(true)}${end("knock")}`,
      `${match} tcp sport ${KNOCK_PORT} counter ${refused(true)}${end("knock")}`,
    ];
    if (place === "sent") return knocks;
    return [
      ...knocks,
      ...(verdict === "reject"
        ? [`${match} meta l4proto tcp counter ${refused(true)}${end("traffic")}`]
        : []),
      `${match} counter ${refused(false)}${end("traffic")}`,
    ];
  };
  const isSealed = plan.sealed?.name === pod.name;
  const endsAtSender = (pair: Cut) => plan.action === "reject" || plan.sealed?.name === pair.from.name;
  const outgoing = pairs.filter((pair) => pair.from.name === pod.name);
  const incoming = pairs.filter((pair) => pair.to.name === pod.name);
  const to = (pair: Cut) => `ip daddr ${pair.to.host}`;
  // A refusal of our own kernel's comes over the loopback in the name of the one who was not reached.
  const from = (pair: Cut) => `iifname != "lo" ip saddr ${pair.from.host}`;
  const output = [
    ...outgoing.flatMap((pair) => rules("sent", pair, to(pair))),
    ...outgoing.filter((pair) => isCut(pair) && endsAtSender(pair))
      .flatMap((pair) => rules("cut", pair, to(pair), plan.action)),
    ...(isSealed ? ['oifname != "lo" counter drop comment "sealed"'] : []),
  ];
  const input = [
    ...incoming.filter((pair) => isCut(pair) && !endsAtSender(pair))
      .flatMap((pair) => rules("cut", pair, from(pair), plan.action)),
    ...(isSealed ? ['iifname != "lo" counter drop comment "sealed"'] : []),
    ...incoming.flatMap((pair) => rules("arrived", pair, from(pair))),
  ];
  const chain = (name: string, hook: string, lines: readonly string[]) => [
    `  chain ${name} {`,
    `    type filter hook ${hook} priority raw; policy accept;`,
    ...lines.map((line) => `    ${line}`),
    "  }",
  ];
  return [
    // Unlike `add`, it fails where somebody else has made it.
    `create table ip ${table}`,
    `table ip ${table} {`,
    ...chain("incoming", "prerouting", input),
    ...chain("outgoing", "output", output),
    "}",
  ].join("\n");
}

/** Removes exactly one table; harmless where it is not there. */
export function removalCommands(table: string): string {
  return `add table ip ${table}; delete table ip ${table}`;
}

/** Both directions of every pair that is cut in at least one. */
function pairsOf(plan: CutPlan): readonly Cut[] {
  const pairs = new Map<string, Cut>();
  for (const { from, to } of plan.cuts) {
    for (const pair of [{ from, to }, { from: to, to: from }]) {
      pairs.set(`${pair.from.name} ${pair.to.name}`, pair);
    }
  }
  return [...pairs.values()];
}

const listing = z.object({
  nftables: z.array(z.object({
    rule: z.object({
      comment: z.string().optional(),
      expr: z.array(z.object({ counter: z.object({ packets: z.number() }).optional() })),
    }).optional(),
  })),
});

/**
 * Reads `nft -j list table` (libnftables-json(5)). Rules with the same comment are one counter.
 *
 * @throws {Error} When the text is not such a listing.
 */
export function parseCounts(text: string): Counts {
  const counts = new Map<string, number>();
  let parsed: z.infer<typeof listing>;
  try {
    parsed = listing.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `Cannot read packet counters: expected what "nft -j list table" prints, found ${
        JSON.stringify(text.slice(0, 200))
      }`,
      { cause: error },
    );
  }
  for (const { rule } of parsed.nftables) {
    if (rule?.comment === undefined) continue;
    for (const { counter } of rule.expr) {
      if (counter !== undefined) counts.set(rule.comment, (counts.get(rule.comment) ?? 0) + counter.packets);
    }
  }
  return counts;
}
