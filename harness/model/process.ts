/** What is needed to start a child process. */
export interface ProcessSpec {
  /** Unique within the cell; names the log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Every complete line of standard output is given to this; when absent it goes to the log. */
  readonly onLine?: (line: string) => void;
}

/** A child process that the ledger owns. */
export interface RunningProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, with what the kernel said of it. */
  readonly exited: Promise<{ code: number; signal: string | null }>;
  /** Writes one line to its standard input. */
  send(line: string): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP; resolves once the kernel shows it stopped. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** SIGTERM, then SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
  /** The last lines that it wrote, for error messages. */
  tail(): string;
  /** Says that it now does its work; recorded as a process event. */
  ready?(detail: string): void;
}

/** Starts processes; each is on the run's ledger before it exists. */
export type Spawn = (spec: ProcessSpec) => Promise<RunningProcess>;
