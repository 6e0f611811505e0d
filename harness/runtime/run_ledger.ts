/**
 * The run ledger: whatever a run makes outside memory is written here first, with its undo, so that a harness
 * that was killed leaves nothing behind for good. `sweep.ts` reads it.
 */
import { errorText } from "../model/error_text.ts";
import type { ResourceLimits } from "../model/runtime.ts";
import { engineHost } from "./docker/engine_host.ts";
import { lookUp, thisMachine } from "./kernel.ts";
import type { IntentLine, LedgerLine } from "./ledger_line.ts";
import { makeFolder, memoryFolder, removeFolder, temporaryRoot } from "./owned_folder.ts";
import { assertRunId, draftPath, ledgerFolder, ledgerPath, OWNER_VARIABLE } from "./state_folder.ts";

/** A temporary folder on the ledger. */
export interface OwnedFolder extends AsyncDisposable {
  readonly path: string;
  /** Removes it with all that is in it, and ends its entry. */
  remove(): Promise<void>;
}

/** What an intent says beside whose it is, of all that a container engine holds. */
type OnEngine = IntentLine extends infer Line
  ? Line extends { what: "container" | "network" | "rule" | "attachment" | "limit" }
    ? Omit<Line, "kind" | "entry" | "owner" | "name">
  : never
  : never;

/** An append-only NDJSON file that says what the run owns. */
export class RunLedger implements AsyncDisposable {
  readonly runId: string;
  readonly path: string;
  /** `name=value` pairs that every child of the run must carry. */
  readonly ownerEnvironment: Readonly<Record<string, string>>;
  readonly #file: Deno.FsFile;
  readonly #open = new Map<number, string>();
  readonly #folders = new Set<OwnedFolder>();
  #entries = 0;
  #hasEngine = false;
  #closed = false;

  private constructor(runId: string, path: string, file: Deno.FsFile) {
    this.runId = runId;
    this.path = path;
    this.ownerEnvironment = { [OWNER_VARIABLE]: runId };
    this.#file = file;
  }

  /**
   * Opens a new ledger.
   *
   * @param stateFolder Made when missing; the ledger is `<state folder>/ledger/<run id>.ndjson`.
   * @throws {Error} When a run of that id has a ledger already, or the folder cannot be written.
   */
  static async open(stateFolder: string, runId: string): Promise<RunLedger> {
    assertRunId(runId);
    const [machine, self] = await Promise.all([thisMachine(), lookUp(Deno.pid)]);
    if (self === undefined) {
      throw new Error(`Cannot open a ledger: the kernel does not show this process (pid ${Deno.pid})`);
    }
    const path = ledgerPath(stateFolder, runId);
    const draft = draftPath(stateFolder, runId, Deno.pid);
    try {
      await Deno.mkdir(ledgerFolder(stateFolder), { recursive: true });
      const line = {
        kind: "run",
        schema: "meshproof.ledger/v1",
        runId,
        pid: Deno.pid,
        start: self.start,
        ...machine,
        at: new Date().toISOString(),
      } satisfies LedgerLine;
      // Linked into place, so that no sweeper ever sees a ledger without its first line, nor one ledger replaces another.
      await Deno.writeTextFile(draft, JSON.stringify(line) + "\n", { createNew: true });
      await Deno.link(draft, path);
      return new RunLedger(runId, path, await Deno.open(path, { append: true }));
    } catch (error) {
      throw new Error(
        `Cannot open the run ledger ${path}: ${
          errorText(error)
        }; choose another state folder or another run id`,
      );
    } finally {
      await Deno.remove(draft).catch(() => undefined);
    }
  }

  /** Notes that a process is about to be started. Returns the entry's number. */
  intendProcess(name: string, command: string): number {
    const entry = this.#next(`process ${name}`);
    this.#write({ kind: "intent", entry, owner: this.runId, name, what: "process", command, undo: "kill" });
    return entry;
  }

  /** Notes the pid that the intended process got, and when the kernel says that it started. */
  started(entry: number, pid: number, start: string): void {
    this.#write({ kind: "started", entry, pid, start });
  }

  /**
   * Notes that a container is about to be made. It must carry the run's label (`docker/labels.ts`), or nobody will
   * remove it.
   *
   * @param containerName As the engine is told.
   * @returns The entry's number.
   */
  intendContainer(name: string, containerName: string): number {
    return this.#intendOnEngine(name, { what: "container", container: containerName, undo: "remove" });
  }

  /** As {@link intendContainer}, for a network. */
  intendNetwork(name: string, networkName: string): number {
    return this.#intendOnEngine(name, { what: "network", network: networkName, undo: "remove" });
  }

  /**
   * Notes that a rule is about to be set in a container's network namespace.
   *
   * @param rule.container Name or id of one of the run's own containers.
   * @param rule.undo Command line that takes it back, run there.
   */
  intendRule(name: string, rule: { container: string; undo: readonly string[] }): number {
    return this.#intendOnEngine(name, { what: "rule", container: rule.container, undo: rule.undo });
  }

  /** Notes that one of the run's own containers is about to be put on one of its networks. */
  intendAttachment(name: string, attachment: { container: string; network: string }): number {
    const { container, network } = attachment;
    return this.#intendOnEngine(name, { what: "attachment", container, network, undo: "disconnect" });
  }

  /**
   * Notes that one of the run's own containers is about to be given other limits.
   *
   * @param limit.undo The limits in force before.
   */
  intendLimit(name: string, limit: { container: string; undo: ResourceLimits }): number {
    return this.#intendOnEngine(name, { what: "limit", container: limit.container, undo: limit.undo });
  }

  /** Notes the engine's id of the container or network that was intended. */
  created(entry: number, id: string): void {
    this.#write({ kind: "created", entry, id });
  }

  /** Notes that what an entry stands for is gone. */
  ended(entry: number, detail: string): void {
    if (!this.#open.delete(entry)) return;
    this.#write({ kind: "ended", entry, detail });
  }

  /**
   * Makes a temporary folder that the run owns.
   *
   * @param name Part of its name.
   * @param options.memoryBytes Put it in memory if there is a place with this much room.
   */
  async temporaryFolder(name: string, options: { memoryBytes?: number } = {}): Promise<OwnedFolder> {
    const root = options.memoryBytes === undefined ? undefined : await memoryFolder(options.memoryBytes);
    const entry = this.#next(`folder ${name}`);
    const path = `${root ?? temporaryRoot()}/meshproof-${this.runId}-${entry}-${
      name.replaceAll(/[^A-Za-z0-9._-]/g, "_")
    }`;
    this.#write({ kind: "intent", entry, owner: this.runId, name, what: "folder", path, undo: "remove" });
    await makeFolder(path);
    const remove = async () => {
      if (!this.#folders.delete(folder)) return;
      await removeFolder(path);
      this.ended(entry, "removed");
    };
    const folder: OwnedFolder = { path, remove, [Symbol.asyncDispose]: remove };
    this.#folders.add(folder);
    return folder;
  }

  /** Names of what is on the ledger and not yet gone. */
  openEntries(): string[] {
    return [...this.#open.values()];
  }

  /**
   * Removes the temporary folders and then the ledger itself, unless something else is still open: then the file
   * stays for `sweep`.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    await Promise.all([...this.#folders].map((folder) => folder.remove()));
    this.#closed = true;
    this.#file.close();
    if (this.#open.size === 0) await Deno.remove(this.path).catch(ignoreMissing);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #intendOnEngine(name: string, what: OnEngine): number {
    if (!this.#hasEngine) {
      this.#write({ kind: "engine", host: engineHost() });
      this.#hasEngine = true;
    }
    const entry = this.#next(`${what.what} ${name}`);
    this.#write({ kind: "intent", entry, owner: this.runId, name, ...what });
    return entry;
  }

  #next(what: string): number {
    const entry = ++this.#entries;
    this.#open.set(entry, what);
    return entry;
  }

  /** Synchronous: the line is with the kernel before what it announces is done, and so outlives a SIGKILL. */
  #write(line: LedgerLine): void {
    if (this.#closed) {
      if (line.kind === "ended") return;
      throw new Error(`Cannot add to the run ledger ${this.path}: it is closed; start nothing after close()`);
    }
    const bytes = new TextEncoder().encode(JSON.stringify(line) + "\n");
    for (let written = 0; written < bytes.length;) written += this.#file.writeSync(bytes.subarray(written));
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
