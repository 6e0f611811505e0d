/** Time of all CPUs since the machine began, in clock ticks. */
export interface CpuTimes {
  readonly total: number;
  /** Taken by the host for other guests. */
  readonly steal: number;
}

/**
 * Reads the first line of /proc/stat (proc_stat(5)). Through a child, since Deno itself reads /proc only with all
 * permissions.
 *
 * @returns Undefined where there is no such file: not on Linux.
 */
export async function readCpuTimes(): Promise<CpuTimes | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const { success, stdout } = await new Deno.Command("cat", { args: ["/proc/stat"], stderr: "null" })
    .output();
  return success ? parseCpuTimes(new TextDecoder().decode(stdout)) : undefined;
}

/**
 * Understands /proc/stat.
 *
 * @throws {Error} When it does not begin with the times of all CPUs, steal among them.
 */
export function parseCpuTimes(text: string): CpuTimes {
  const [line = ""] = text.split("\n", 1);
  // user, nice, system, idle, iowait, irq, softirq, steal; the guests' times behind them are part of user and nice.
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const steal = ticks[7];
  if (!line.startsWith("cpu ") || steal === undefined || ticks.some((each) => !Number.isFinite(each))) {
    throw new Error(
      `Cannot read the CPU times as /proc/stat must begin with "cpu" and 8 numbers: found ${
        JSON.stringify(line)
      }`,
    );
  }
  return { total: ticks.reduce((sum, each) => sum + each, 0), steal };
}

/**
 * Share of all CPU time between two readings that the host stole, 0 to 1.
 *
 * @returns Undefined when either is missing, or no tick lies between them.
 */
export function stealShare(before: CpuTimes | undefined, after: CpuTimes | undefined): number | undefined {
  if (before === undefined || after === undefined || after.total <= before.total) return undefined;
  return (after.steal - before.steal) / (after.total - before.total);
}
