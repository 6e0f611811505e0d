import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";

/** What a pod's TCP has counted since its namespace exists. */
export interface TcpCounters {
  /** Segments that came although they were there already, as its DSACKs told the senders (RFC 2883). */
  readonly duplicates: number;
  /** Segments that came before their predecessors. */
  readonly outOfOrder: number;
}

/** Asks a pod's kernel. */
export async function readTcpCounters(kernel: CellKernel, pod: Pod): Promise<TcpCounters> {
  return parseNetstat(await kernel.run(pod, ["cat", "/proc/net/netstat"]));
}

/**
 * Reads `/proc/net/netstat`: pairs of lines, names and values (Linux, networking/snmp_counter).
 *
 * @throws {Error} When a counter is missing.
 */
export function parseNetstat(text: string): TcpCounters {
  const lines = text.split("\n").filter((line) => line.startsWith("TcpExt:"));
  const [names = [], values = []] = lines.map((line) => line.split(/\s+/));
  const read = (name: string) => {
    const value = values[names.indexOf(name)];
    if (value !== undefined) return Number(value);
    throw new Error(
      `Cannot read the counter ${name}: expected it in /proc/net/netstat, found ${
        names.length === 0 ? "no TcpExt line" : "other counters only"
      }`,
    );
  };
  return {
    duplicates: read("TCPDSACKOldSent") + read("TCPDSACKOfoSent"),
    outOfOrder: read("TCPOFOQueue"),
  };
}
