import { Site } from "../engine/site.ts";
import { defaultStateFolder, newRunId } from "../runtime/state_folder.ts";
import { sweep } from "../runtime/sweep.ts";
import { Tools } from "../runtime/tools.ts";
import { makeOut, REPORTS } from "./folders.ts";
import type { Terminal } from "./terminal.ts";

/** What the commands that run cells share. */
export interface SiteRequest {
  readonly seed: number;
  readonly out?: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Sweeps what dead runs left, makes the run's folder, and opens a site in it. */
export async function openSite(request: SiteRequest): Promise<Site> {
  const { seed, terminal, signal } = request;
  const runId = newRunId(seed, new Date());
  const out = request.out ?? `${REPORTS}/${runId}`;
  await makeOut(out);
  const stateFolder = defaultStateFolder();
  const swept = await sweep(stateFolder);
  if (swept.killed.length + swept.removed.length > 0) {
    terminal.say(
      `swept what dead runs left: ${swept.killed.length} processes, ${swept.removed.length} folders`,
    );
  }
  const tools = new Tools({ onProgress: (line) => terminal.say(line), signal });
  return await Site.open({ runId, seed, out, stateFolder, tools, signal });
}
