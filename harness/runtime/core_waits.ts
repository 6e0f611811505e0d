/** How long programs of this machine wait for a core, by the kernel's own count. */
import type { Spawn } from "../model/process.ts";

/** A window of time, and how much of it something may have waited. Milliseconds. */
export interface CoreWait {
  readonly waitedMs: number;
  readonly windowMs: number;
}

const FILE = "/proc/pressure/cpu";
const WINDOW_SECONDS = 0.25;
/**
 * Bash alone reads, waits and prints without starting a program each time. It ends when its standard input does.
 */
const SCRIPT = `
while read -r line <"$1"; do
  printf '%s %s\\n' "$EPOCHREALTIME" "$line"
  read -r -t ${WINDOW_SECONDS} _
  [ $? -gt 128 ] || exit 0
done`;

/**
 * Reads one line of `<seconds since the epoch> some avg10=.. avg60=.. avg300=.. total=<microseconds>`, as the kernel's
 * pressure stall information has it (Documentation/accounting/psi.rst). `some` is the time in which at least one task
 * that could run on a core had to wait for it, averaged over the cores that were busy.
 */
export function parsePressure(line: string): { readonly atMs: number; readonly totalMs: number } | undefined {
  const [, seconds, total] = /^(\d+[.,]\d+) some .*\btotal=(\d+)$/.exec(line.trim()) ?? [];
  if (seconds === undefined || total === undefined) return undefined;
  return { atMs: Number(seconds.replace(",", ".")) * 1000, totalMs: Number(total) / 1000 };
}

/**
 * Watches, four times a second, until the runtime that `spawn` belongs to ends. Where the kernel does not count
 * (another system, or no CONFIG_PSI) or there is no bash, nothing is ever told.
 */
export async function watchCoreWaits(
  spawn: Spawn,
  onWindow: (wait: CoreWait) => void,
  cores: number = navigator.hardwareConcurrency,
): Promise<void> {
  if (Deno.build.os !== "linux") return;
  let before: ReturnType<typeof parsePressure>;
  const onLine = (line: string) => {
    const now = parsePressure(line);
    if (now !== undefined && before !== undefined) {
      const windowMs = now.atMs - before.atMs;
      // The average of the cores says little of the worst one: at the most, all of it was there.
      onWindow({ waitedMs: Math.min(windowMs, cores * (now.totalMs - before.totalMs)), windowMs });
    }
    before = now;
  };
  await spawn({
    name: "core-waits",
    program: { command: "bash" },
    args: ["-c", SCRIPT, "bash", FILE],
    env: { LC_ALL: "C" },
    onLine,
  }).catch(() => undefined);
}
