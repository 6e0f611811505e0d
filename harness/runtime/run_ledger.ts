/**
 * The run ledger: whatever a run makes outside memory is written here first, with its undo, so that a harness
 * that was killed leaves nothing behind for good. `sweep.ts` reads it.
 */
import { errorText } from "../model/error_text.ts";
import { lookUp, thisMachine } from "./kernel.ts";
import type { LedgerLine } from "./ledger_line.ts";
import { makeFolder, memoryFolder, removeFolder, temporaryRoot } from "./owned_folder.ts";
import { assertRunId, ledgerFolder, ledgerPath, OWNER_VARIABLE } from "./state_folder.ts";

/** A temporary folder on the ledger. */
export interface OwnedFolder extends AsyncDisposable {
  readonly path: string;
  /** Removes it with all that is in it, and ends its entry. */
  remove(): Promise<void>;
}

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
    const draft = `${ledgerFolder(stateFolder)}/.${runId}.${Deno.pid}.draft`;
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
