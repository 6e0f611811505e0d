/** Where the processes of a cell live, and what is asked of them; the same for every runtime. */

/** What a process runs. */
export type Program =
  /** A pinned tool by its name in `fixtures/tools/`: its binary here, the image of that name in containers. */
  | { readonly tool: string }
  /** One of our own TypeScript programs by its name in `harness/runtime/scripts.ts`. */
  | { readonly script: string }
  /** An executable of this machine; only the process runtime has it. */
  | { readonly command: string };

/**
 * Processes that share a network: one loopback, one address, one range of ports, as a pod of Kubernetes. It outlives
 * the processes in it: where one was killed, its port refuses until something else listens there.
 */
export interface Pod {
  readonly name: string;
  /** Where the others of its cell reach what listens in it: 127.0.0.1, or the pod's own IPv4 address. */
  readonly host: string;
  /** What a server in it binds to be reached at `host`: 127.0.0.1 or 0.0.0.0. */
  readonly bind: string;
  /** Ports that nothing in the pod uses, each given only once. */
  freePorts(count: number): readonly number[];
}

/** What is needed to start a child process. */
export interface ProcessSpec {
  /** Unique within the cell; names the log file. */
  readonly name: string;
  readonly program: Program;
  /** A function is given the folder that `files` are in, to which the program may write. */
  readonly args: readonly string[] | ((folder: string) => readonly string[]);
  readonly env?: Readonly<Record<string, string>>;
  /** The pod that it runs in; without one it gets a pod of its own. */
  readonly pod?: Pod;
  /** Files to be there before it starts: content by file name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Its folder holds data that nobody reads afterwards, about this much: kept in memory where there is room. */
  readonly scratchBytes?: number;
  /** Numeric user id to run as; default: the image's, or the harness's own. Only where the runtime can. */
  readonly user?: number;
  /** A process that has ended, whose folder with all its data this one takes over. Name and program must be the same. */
  readonly inPlaceOf?: RunningProcess;
  /** Every complete line of standard output is given to this; when absent it goes to the log. */
  readonly onLine?: (line: string) => void;
}

/** How a process stands, as its runtime sees it from outside. */
export interface ProcessState {
  readonly state: "running" | "stopped" | "gone";
  /** Who says so and in what words, such as `pid 12 is in state T` or `container ab12 is paused`. */
  readonly detail: string;
}

/** A child process that the ledger owns. */
export interface RunningProcess extends AsyncDisposable {
  readonly name: string;
  /** On the machine that runs it; 0 where that is not known. */
  readonly pid: number;
  readonly pod: Pod;
  /** Resolves when the process has ended, with what the kernel said of it. */
  readonly exited: Promise<{ code: number; signal: string | null }>;
  /** Writes one line to its standard input. */
  send(line: string): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP or the freezer; resolves once it is seen to be stopped. */
  pause(): Promise<void>;
  /** Undoes `pause`. */
  resume(): Promise<void>;
  /** SIGTERM, then SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
  /** Looks, now, how it stands. */
  inspect(): Promise<ProcessState>;
  /** The last lines that it wrote, for error messages. */
  tail(): string;
  /** Says that it now does its work; recorded as a process event. */
  ready?(detail: string): void;
}

/** Starts processes; each is on the run's ledger before it exists. */
export type Spawn = (spec: ProcessSpec) => Promise<RunningProcess>;
