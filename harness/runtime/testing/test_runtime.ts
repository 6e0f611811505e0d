/**
 * A ledger and a process runtime in a temporary folder, for tests; all gone when disposed of. What a test that was
 * killed left behind is swept by the next one.
 */
import type { EventBody, ProcessEvent, Recorder } from "../../model/event.ts";
import { createProcessRuntime, type ProcessCellRuntime } from "../process.ts";
import { temporaryRoot } from "../owned_folder.ts";
import { RunLedger } from "../run_ledger.ts";
import { newRunId } from "../state_folder.ts";
import { sweep } from "../sweep.ts";
import { Tools } from "../tools.ts";

export interface TestRuntime extends AsyncDisposable {
  /** Shared by all tests of this user. */
  readonly stateFolder: string;
  /** This test's own. */
  readonly folder: string;
  readonly logFolder: string;
  readonly ledger: RunLedger;
  readonly runtime: ProcessCellRuntime;
  /** Edges of process events so far, such as `web started`. */
  edges(): string[];
}

const STATE_FOLDER = `${temporaryRoot()}/meshproof-tests-${Deno.uid()}`;
let count = 0;

/** A run id that no other test uses. */
export function testRunId(): string {
  return newRunId(`test${++count}-${crypto.randomUUID().slice(0, 8)}`, new Date());
}

export async function openTestRuntime(): Promise<TestRuntime> {
  await sweep(STATE_FOLDER);
  const ledger = await RunLedger.open(STATE_FOLDER, testRunId());
  const { path: folder } = await ledger.temporaryFolder("test");
  const logFolder = `${folder}/logs`;
  const events: ProcessEvent[] = [];
  const recorder: Recorder = {
    record: (_source: string, body: EventBody) => {
      if (body.kind === "process") events.push(body);
    },
    now: () => performance.now(),
    fromEpoch: (epochMs) => epochMs - performance.timeOrigin,
  };
  const runtime = createProcessRuntime({ ledger, logFolder, recorder, tools: new Tools() });
  return {
    stateFolder: STATE_FOLDER,
    folder,
    logFolder,
    ledger,
    runtime,
    edges: () => events.map(({ name, edge }) => `${name} ${edge}`),
    async [Symbol.asyncDispose]() {
      await runtime.disposeAll(200);
      await ledger.close();
    },
  };
}

/** A shell script as a process, for `spawn`. */
export function shell(name: string, script: string, onLine?: (line: string) => void) {
  return {
    name,
    program: { command: "sh" },
    args: ["-c", script],
    ...(onLine === undefined ? {} : { onLine }),
  };
}

/** Looks again and again until a condition holds; fails after `limitMs`. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`expected ${what} within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
