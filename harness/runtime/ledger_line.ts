/** The lines of a run ledger: what was made outside memory, and what undoes it. */
import { errorText } from "../model/error_text.ts";
import type { ResourceLimits } from "../model/runtime.ts";

/** First line: whose ledger it is. */
export interface RunLine {
  readonly kind: "run";
  readonly schema: "meshproof.ledger/v1";
  readonly runId: string;
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly pidNamespace: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Something is about to be made. */
export type IntentLine =
  & { readonly kind: "intent"; readonly entry: number; readonly owner: string; readonly name: string }
  & (
    | { readonly what: "process"; readonly command: string; readonly undo: "kill" }
    | { readonly what: "folder"; readonly path: string; readonly undo: "remove" }
    | { readonly what: "container"; readonly container: string; readonly undo: "remove" }
    | { readonly what: "network"; readonly network: string; readonly undo: "remove" }
    | { readonly what: "rule"; readonly container: string; readonly undo: readonly string[] }
    | {
      readonly what: "attachment";
      readonly container: string;
      readonly network: string;
      readonly undo: "disconnect";
    }
    | { readonly what: "limit"; readonly container: string; readonly undo: ResourceLimits }
  );

/** Which container engine all containers and networks of the run are on; before the first of them. */
export interface EngineLine {
  readonly kind: "engine";
  /** As DOCKER_HOST would say it. */
  readonly host: string;
}

/** A process was made; `pid` and `start` name it for ever (on the boot of the run line). */
export interface StartedLine {
  readonly kind: "started";
  readonly entry: number;
  readonly pid: number;
  /** Empty when it was gone before the kernel could be asked. */
  readonly start: string;
}

/** A container or network was made; `id` is the engine's. */
export interface CreatedLine {
  readonly kind: "created";
  readonly entry: number;
  readonly id: string;
}

/** It is gone, or was never made. */
export interface EndedLine {
  readonly kind: "ended";
  readonly entry: number;
  readonly detail: string;
}

export type LedgerLine = RunLine | EngineLine | IntentLine | StartedLine | CreatedLine | EndedLine;

const KINDS: ReadonlySet<unknown> = new Set<LedgerLine["kind"]>([
  "run",
  "engine",
  "intent",
  "started",
  "created",
  "ended",
]);

/** An entry without an `ended` line. */
export interface OpenEntry {
  readonly intent: IntentLine;
  /** Where a process was made. */
  readonly started?: StartedLine;
  /** Where a container or network was made. */
  readonly created?: CreatedLine;
}

/** What a ledger says is still there. */
export interface LedgerContent {
  readonly run: RunLine;
  /** Absent where the run never meant to make anything on one. */
  readonly engine?: EngineLine;
  /** In the order made. */
  readonly open: readonly OpenEntry[];
}

/**
 * Reads a ledger.
 *
 * @param text The file; its last line may be torn, for the harness may have died while it wrote.
 * @param path Named in errors.
 * @throws {Error} When the first line is not a run line, or a whole line is not a ledger line.
 */
export function parseLedger(text: string, path: string): LedgerContent {
  const rows = text.split("\n");
  // All whole lines end with a newline; what follows the last one is torn or empty.
  rows.pop();
  const lines = rows.map((row, index) => parseLine(row, `${path}:${index + 1}`));
  const run = lines[0];
  if (run?.kind !== "run") {
    throw new Error(
      `Cannot read the ledger ${path}: expected a "run" line first, found ${
        JSON.stringify(rows[0] ?? "")
      }; remove the file by hand once nothing of that run is left`,
    );
  }
  const open = new Map<number, OpenEntry>();
  let engine: EngineLine | undefined;
  for (const line of lines) {
    if (line.kind === "engine") engine = line;
    else if (line.kind === "intent") open.set(line.entry, { intent: line });
    else if (line.kind === "ended") open.delete(line.entry);
    else if (line.kind !== "run") {
      const entry = open.get(line.entry);
      // What had ended before its own making was written down stays ended.
      if (entry !== undefined) open.set(line.entry, { ...entry, [line.kind]: line });
    }
  }
  return { run, ...(engine === undefined ? {} : { engine }), open: [...open.values()] };
}

function parseLine(row: string, where: string): LedgerLine {
  let line: unknown;
  try {
    line = JSON.parse(row);
  } catch (error) {
    throw new Error(`Cannot read ${where}: expected one JSON object, found ${errorText(error)}`);
  }
  const kind = (line as { kind?: unknown } | null)?.kind;
  if (!KINDS.has(kind)) {
    throw new Error(
      `Cannot read ${where}: expected kind ${[...KINDS].map((each) => `"${each}"`).join(", ")}, found ${
        JSON.stringify(kind)
      }`,
    );
  }
  return line as LedgerLine;
}
