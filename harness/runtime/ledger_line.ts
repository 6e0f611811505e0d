/** The lines of a run ledger: what was made outside memory, and what undoes it. */
import { errorText } from "../model/error_text.ts";

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
  );

/** A process was made; `pid` and `start` name it for ever (on the boot of the run line). */
export interface StartedLine {
  readonly kind: "started";
  readonly entry: number;
  readonly pid: number;
  /** Empty when it was gone before the kernel could be asked. */
  readonly start: string;
}

/** It is gone, or was never made. */
export interface EndedLine {
  readonly kind: "ended";
  readonly entry: number;
  readonly detail: string;
}

export type LedgerLine = RunLine | IntentLine | StartedLine | EndedLine;

/** What a ledger says is still there. */
export interface LedgerContent {
  readonly run: RunLine;
  /** Entries without an `ended` line, in the order made. */
  readonly open: readonly { readonly intent: IntentLine; readonly started?: StartedLine }[];
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
  const intents = new Map<number, IntentLine>();
  const started = new Map<number, StartedLine>();
  for (const line of lines) {
    if (line.kind === "intent") intents.set(line.entry, line);
    if (line.kind === "started") started.set(line.entry, line);
    if (line.kind === "ended") intents.delete(line.entry);
  }
  return {
    run,
    open: [...intents.values()].map((intent) => {
      const process = started.get(intent.entry);
      return process === undefined ? { intent } : { intent, started: process };
    }),
  };
}

function parseLine(row: string, where: string): LedgerLine {
  let line: unknown;
  try {
    line = JSON.parse(row);
  } catch (error) {
    throw new Error(`Cannot read ${where}: expected one JSON object, found ${errorText(error)}`);
  }
  const kind = (line as { kind?: unknown } | null)?.kind;
  if (kind !== "run" && kind !== "intent" && kind !== "started" && kind !== "ended") {
    throw new Error(
      `Cannot read ${where}: expected kind "run", "intent", "started" or "ended", found ${
        JSON.stringify(kind)
      }`,
    );
  }
  return line as LedgerLine;
}
