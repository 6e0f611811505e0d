/**
 * The harness's own count of a pod's connections, made by the kernel: rules in the filter table's OUTPUT chain, which a
 * packet passes after every redirection (netfilter.org: nat comes before filter), so that they see where it really goes.
 * They match no more than a connection's first packet and decide nothing.
 */
import type { ConnectionCount, ConnectionsCounted } from "../model/event.ts";
import { SIDECAR } from "../model/interception.ts";

const CHAIN = "MESHPROOF_COUNT";
const { outboundPort, inboundPort, userId } = SIDECAR;

/** One line for each figure, in this order; the first that matches counts. */
const OWNERS = [`-m owner --uid-owner ${userId}`, `-m owner ! --uid-owner ${userId}`] as const;
const PLACES = [`-p tcp --dport ${outboundPort}`, `-p tcp --dport ${inboundPort}`, "-p tcp"] as const;

/** Begins to count; text for `iptables-restore --noflush`. */
export function countingRules(): string {
  const lines = [
    "*filter",
    `:${CHAIN} - [0:0]`,
    ...OWNERS.flatMap((owner) => PLACES.map((place) => `-A ${CHAIN} ${place} ${owner} -j RETURN`)),
    `-A OUTPUT -p tcp --syn -j ${CHAIN}`,
    "COMMIT",
  ];
  return lines.join("\n") + "\n";
}

/** The command line that begins to count. */
export const COUNT_COMMAND: readonly string[] = [
  ...["sh", "-c", 'printf %s "$1" | iptables-restore --noflush --wait 5', "sh"],
  countingRules(),
];

/** The command line that ends it. */
export const UNCOUNT_COMMAND: readonly string[] = [
  "sh",
  "-c",
  `iptables -D OUTPUT -p tcp --syn -j ${CHAIN} && iptables -F ${CHAIN} && iptables -X ${CHAIN}`,
];

/** The command line that tells the figures. */
export const READ_COMMAND: readonly string[] = ["iptables-save", "--counters", "--table", "filter"];

/**
 * Reads the figures out of what {@link READ_COMMAND} prints.
 *
 * @throws {Error} When the counting rules are not all there.
 */
export function readConnectionCount(text: string): Pick<ConnectionsCounted, "byProxy" | "byOthers"> {
  const packets = text.split("\n").flatMap((line) => {
    const found = /^\[(\d+):\d+\] -A (\S+) /.exec(line);
    return found?.[2] === CHAIN ? [Number(found[1])] : [];
  });
  const wanted = OWNERS.length * PLACES.length;
  if (packets.length !== wanted) {
    throw new Error(
      `Cannot read the count of connections: expected ${wanted} rules in chain ${CHAIN}, found ${packets.length}:\n${text}`,
    );
  }
  return {
    byProxy: countOf(packets.slice(0, PLACES.length)),
    byOthers: countOf(packets.slice(PLACES.length)),
  };
}

function countOf([toOutbound = NaN, toInbound = NaN, straight = NaN]: readonly number[]): ConnectionCount {
  return { toOutbound, toInbound, straight };
}
