/** What a container's exit code says of its program. */

/** Numbers of signals on Linux, those by which programs end. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  5: "SIGTRAP",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  10: "SIGUSR1",
  11: "SIGSEGV",
  12: "SIGUSR2",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
  24: "SIGXCPU",
  25: "SIGXFSZ",
  31: "SIGSYS",
};

/** How a program ended. */
export interface ExitStatus {
  /** 128 + number where a signal ended it, as shells and Deno count too; -1 where nobody can say. */
  readonly code: number;
  readonly signal: string | null;
}

/** Splits the engine's exit code, which is 128 + number for a signal. */
export function exitStatusOf(code: number): ExitStatus {
  return { code, signal: SIGNALS[code - 128] ?? null };
}

/** In words, as for child processes. */
export function exitText({ code, signal }: ExitStatus): string {
  return signal === null ? `exit code ${code}` : `ended by ${signal}`;
}
