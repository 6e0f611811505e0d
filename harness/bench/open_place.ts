/** Opens what the benchmark's processes live in: ledger, reaper, tools, a folder; everything ends with it. */
import { readCpuTimes, stealShare } from "../load/record/steal.ts";
import { createProcessRuntime } from "../runtime/process.ts";
import { startReaper } from "../runtime/reaper.ts";
import { RunLedger } from "../runtime/run_ledger.ts";
import { defaultStateFolder } from "../runtime/state_folder.ts";
import { sweep } from "../runtime/sweep.ts";
import { Tools } from "../runtime/tools.ts";
import { Place } from "./place.ts";
import type { Surroundings } from "./run_row.ts";

/** What is needed for it. */
export interface OpenPlaceOptions {
  readonly runId: string;
  readonly signal: AbortSignal;
  /** See `ToolsOptions`. */
  readonly install?: boolean | undefined;
  readonly say: (line: string) => void;
}

/** The surroundings of the rows, with the versions of the tools that they asked for. */
export interface OpenedPlace extends Surroundings, AsyncDisposable {
  toolVersions(): Record<string, string>;
}

export async function openPlace({ runId, signal, install, say }: OpenPlaceOptions): Promise<OpenedPlace> {
  const stateFolder = defaultStateFolder();
  await sweep(stateFolder);
  const tools = new Tools({ onProgress: say, signal, ...install === undefined ? {} : { install } });
  await using undo = new AsyncDisposableStack();
  undo.use(startReaper(stateFolder, { runId }));
  const ledger = undo.use(await RunLedger.open(stateFolder, runId));
  const folder = await ledger.temporaryFolder("bench");
  undo.use(folder);
  const runtime = undo.use(createProcessRuntime({ ledger, tools, logFolder: `${folder.path}/logs` }));
  const versions: Record<string, string> = {};
  const done = undo.move();
  return {
    place: new Place(runtime, tools, folder.path, signal),
    requireTool: async (name) => {
      versions[name] = (await tools.get(name)).version;
    },
    watchSteal: async () => {
      const before = await readCpuTimes();
      return async () => stealShare(before, await readCpuTimes()) ?? 0;
    },
    say,
    toolVersions: () => ({ ...versions }),
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  };
}
