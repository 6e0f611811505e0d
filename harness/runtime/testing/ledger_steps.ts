/** For a program that is to die at a given line of its run ledger, as if it had been killed just there. */

/** Where to die. */
export interface Death {
  /** Line of the ledger, from 1. */
  readonly step: number;
  /**
   * `written`: at once when the line is there, before what it announces is begun; `under-way`: a moment later, while
   * that is being done; `done`: right before the next line is written (or at the program's end), after it was done.
   */
  readonly when: "written" | "under-way" | "done";
}

export interface LedgerSteps {
  /** What every line so far says, such as `intent container web`. */
  readonly lines: readonly string[];
  /** For a line that did not come by an open file: the first, which is linked into its place. */
  wrote(line: string): void;
  /** There will be no more lines. */
  end(): void;
}

/** How long a call to an engine has been on its way when the program dies under way: sent, and not answered yet. */
const UNDER_WAY_MS = 10;

/**
 * Watches every ledger line that this program writes from now on.
 *
 * @param death Where to send itself a SIGKILL. Default: nowhere.
 */
export function watchLedger(death?: Death): LedgerSteps {
  const lines: string[] = [];
  const isAt = (when: Death["when"]) => death?.when === when && death.step === lines.length;
  const before = () => isAt("done") && die();
  const after = (line: string) => {
    lines.push(line);
    if (isAt("written")) die();
    if (isAt("under-way")) setTimeout(die, UNDER_WAY_MS);
  };
  const writeSync = Deno.FsFile.prototype.writeSync;
  Deno.FsFile.prototype.writeSync = function (bytes) {
    const line = describe(bytes);
    if (line === undefined) return writeSync.call(this, bytes);
    before();
    const written = writeSync.call(this, bytes);
    after(line);
    return written;
  };
  return { lines, wrote: after, end: before };
}

function die(): never {
  Deno.kill(Deno.pid, "SIGKILL");
  throw new Error("expected to be dead by now");
}

/** What a ledger line says; undefined for what is none. */
function describe(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith('{"kind":"')) return undefined;
  const line = JSON.parse(text) as { kind: string; what?: string; name?: string; entry?: number };
  return [line.kind, line.what, line.name ?? line.entry].filter((word) => word !== undefined).join(" ");
}
