import { Site } from "../engine/site.ts";
import type { ProfileSink } from "../model/profile_sink.ts";
import type { RuntimeName } from "../model/runtime.ts";
import { defaultStateFolder, newRunId } from "../runtime/state_folder.ts";
import { sweep } from "../runtime/sweep.ts";
import { Tools } from "../runtime/tools.ts";
import { makeOut, REPORTS } from "./folders.ts";
import type { Terminal } from "./terminal.ts";

/** What the commands that run cells share. */
export interface SiteRequest {
  readonly seed: number;
  readonly out?: string;
  /** @default "process" */
  readonly runtime?: RuntimeName;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly profiles?: ProfileSink;
}

/** Sweeps what dead runs left, makes the run's folder, and opens a site in it. */
export async function openSite(request: SiteRequest): Promise<Site> {
  const { seed, terminal, signal, runtime = "process" } = request;
  const runId = newRunId(seed, new Date());
  const out = request.out ?? `${REPORTS}/${runId}`;
  await makeOut(out);
  const stateFolder = defaultStateFolder();
  const swept = await sweep(stateFolder);
  const { killed, removed, engine } = swept;
  if (killed.length + removed.length + engine.length > 0) {
    const of = (kind: string) => engine.filter((each) => each.kind === kind).length;
    const containers = engine.length === 0
      ? ""
      : `, ${of("container")} containers, ${of("network")} networks`;
    terminal.say(
      `swept what dead runs left: ${killed.length} processes, ${removed.length} folders${containers}`,
    );
  }
  const onProgress = (line: string) => terminal.say(line);
  const tools = new Tools({ onProgress, signal });
  return await Site.open({
    ...{ runId, seed, out, stateFolder, tools, runtime, onProgress, signal },
    ...(request.profiles === undefined ? {} : { profiles: request.profiles }),
  });
}
