/**
 * What the kernel knows of processes. Deno refuses to open `/proc` without `--allow-all`, which the harness does
 * not ask for; so a short-lived `cat` (2 ms) looks for it.
 */
import { errorText } from "../model/error_text.ts";

/** One process as the kernel shows it. */
export interface KernelProcess {
  readonly pid: number;
  /** `R` running, `S` sleeping, `T` stopped by a signal, `Z` ended but not yet waited for, as in proc(5). */
  readonly state: string;
  /** Process group; equal to `pid` for every child that the harness starts. */
  readonly group: number;
  /** When it was started, opaque; with `pid` and the boot id it names one process for ever. */
  readonly start: string;
}

/** The machine that a pid means something on. */
export interface Machine {
  /** Changes at every boot. */
  readonly boot: string;
  /** Pids of two containers are not comparable; empty where there are no namespaces. */
  readonly pidNamespace: string;
}

/** Reads field 3, 5 and 22 of `/proc/<pid>/stat`; the name in field 2 may hold blanks and brackets. */
export function parseStat(text: string): KernelProcess {
  const afterName = text.lastIndexOf(")");
  const fields = text.slice(afterName + 1).trim().split(/\s+/);
  const [state, group, start] = [fields[0], fields[2], fields[19]];
  if (afterName < 0 || state === undefined || group === undefined || start === undefined) {
    throw new Error(
      `Cannot read a process's state: expected the fields of proc(5) stat, found ${JSON.stringify(text)}`,
    );
  }
  return { pid: parseInt(text, 10), state, group: Number(group), start: `ticks ${start}` };
}

/** Reads `<state> <group> <five words of date>` as `ps -o state=,pgid=,lstart=` prints it. */
export function parsePs(pid: number, text: string): KernelProcess {
  const [state, group, ...start] = text.trim().split(/\s+/);
  if (state === undefined || group === undefined || start.length < 5) {
    throw new Error(
      `Cannot read a process's state: expected "state pgid lstart" of ps, found ${JSON.stringify(text)}`,
    );
  }
  return { pid, state: state.charAt(0), group: Number(group), start: start.join(" ") };
}

/** Runs a system program; its output, or undefined where it exits with an error. */
async function ask(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args: [...args],
      env: { LC_ALL: "C" },
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    throw new Error(
      `Cannot ask the system about processes: expected "${command}" to run, found ${
        errorText(error)
      }; put it on PATH`,
    );
  }
}

/**
 * Looks a process up.
 *
 * @returns What the kernel shows, or undefined when there is no such process.
 * @throws {Error} On Windows, where neither `/proc` nor `ps` is had.
 */
export async function lookUp(pid: number): Promise<KernelProcess | undefined> {
  refuseWindows();
  if (Deno.build.os === "linux") {
    const text = await ask("cat", ["--", `/proc/${pid}/stat`]);
    return text === undefined || text === "" ? undefined : parseStat(text);
  }
  const text = await ask("ps", ["-o", "state=,pgid=,lstart=", "-p", String(pid)]);
  return text === undefined || text.trim() === "" ? undefined : parsePs(pid, text);
}

let machine: Promise<Machine> | undefined;

/** This machine as pids see it; asked once. */
export function thisMachine(): Promise<Machine> {
  machine ??= askMachine();
  return machine;
}

async function askMachine(): Promise<Machine> {
  refuseWindows();
  if (Deno.build.os === "linux") {
    const boot = await ask("cat", ["--", "/proc/sys/kernel/random/boot_id"]);
    const pidNamespace = await ask("readlink", ["--", "/proc/self/ns/pid"]);
    if (boot === undefined) throw new Error("Cannot read the boot id: /proc is not mounted; mount it");
    return { boot: boot.trim(), pidNamespace: pidNamespace?.trim() ?? "" };
  }
  const boot = await ask("sysctl", ["-n", "kern.boottime"]);
  if (boot === undefined) throw new Error("Cannot read the boot time: sysctl kern.boottime failed");
  return { boot: boot.trim(), pidNamespace: "" };
}

/** True while the very process that was started then is there and has not ended. */
export async function isAlive(process: { pid: number; start: string }): Promise<boolean> {
  const now = await lookUp(process.pid);
  return now !== undefined && now.start === process.start && !hasEnded(now);
}

/** A zombie has ended; only its parent has not asked yet. */
export function hasEnded(process: KernelProcess): boolean {
  return process.state === "Z" || process.state === "X";
}

/**
 * Pids of all processes whose environment holds exactly `assignment` (`NAME=value`), this one left out.
 *
 * @returns undefined where the system does not let environments be read (anything but Linux).
 */
export async function pidsWithEnvironment(assignment: string): Promise<number[] | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  // grep exits with 2 when some environ could not be read (other users' processes), though it found what it could.
  const script = 'grep -slzxF -e "$1" /proc/[0-9]*/environ; true';
  const text = await ask("sh", ["-c", script, "sh", assignment]) ?? "";
  return text.split("\n")
    .map((line) => Number(line.split("/")[2]))
    .filter((pid) => Number.isInteger(pid) && pid > 1 && pid !== Deno.pid);
}

function refuseWindows(): void {
  if (Deno.build.os === "windows") {
    throw new Error(
      "Cannot tell processes apart on Windows: expected /proc or ps; run Meshproof on Linux, macOS or in WSL",
    );
  }
}
