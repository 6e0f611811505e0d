/** CPU time of a process that goes on. */

/** proc(5) counts in USER_HZ, which is 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** User and system time of a process by /proc, through a child, since Deno refuses to open it. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/stat`] }).output();
  return parseCpuSeconds(new TextDecoder().decode(stdout));
}

/**
 * Fields 14 and 15 of proc(5) stat; the name in field 2 may hold blanks and brackets.
 *
 * @throws {Error} When there are no such fields.
 */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 1).trim().split(/\s+/).map(Number);
  const [user, system] = [fields[11], fields[12]];
  if (user === undefined || system === undefined || !Number.isFinite(user + system)) {
    throw new Error(
      `Cannot read CPU time: expected the fields of proc(5) stat, found ${JSON.stringify(stat)}`,
    );
  }
  return (user + system) / TICKS_PER_SECOND;
}
