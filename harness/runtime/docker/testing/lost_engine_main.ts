// deno-lint-ignore-file no-console -- it tells its test what it saw
/**
 * A run in containers whose engine is taken away: `lost_engine_main.ts <state folder> <run id> <log folder>`, with
 * DOCKER_HOST set to a way to the engine that the test can cut. Writes `{"up":true}` when all runs, waits for a line,
 * then tries all that can be asked of a run and writes what came of each.
 */
import { errorText } from "../../../model/error_text.ts";
import { openDockerRuntime } from "../../docker.ts";
import { RunLedger } from "../../run_ledger.ts";
import { startPuppet } from "../../testing/puppet.ts";

const [stateFolder = "", runId = "", logFolder = ""] = Deno.args;
const ledger = await RunLedger.open(stateFolder, runId);
const runtime = await openDockerRuntime({ ledger });
const cell = await runtime.cell({ name: "cell", logFolder });
const { process } = await startPuppet(cell.spawn, { name: "orphan" });
console.log(JSON.stringify({ up: true }));
await Deno.stdin.read(new Uint8Array(1));

const tell = async (what: string, attempt: () => PromiseLike<unknown>) => {
  const begin = performance.now();
  let outcome;
  try {
    outcome = { value: await attempt() };
  } catch (error) {
    const { kind, cause } = error as { kind?: string; cause?: { kind?: string } };
    outcome = { error: errorText(error), kind: kind ?? cause?.kind };
  }
  console.log(JSON.stringify({ what, ms: Math.round(performance.now() - begin), ...outcome }));
};
await tell("exited", () => process.exited);
await tell("tail", () => Promise.resolve(process.tail()));
await tell("send", () => process.send("x"));
await tell("inspect", () => process.inspect());
await tell("pause", () => process.pause());
await tell("spawn", () => cell.spawn({ name: "late", program: { script: "puppet" }, args: [] }));
await tell("pod", () => cell.pod("late"));
await tell("run", () => cell.kernel!.run(process.pod, ["true"]));
await tell("cell", () => runtime.cell({ name: "other", logFolder }));
await tell("dispose", () => runtime[Symbol.asyncDispose]());
await tell("open entries", () => Promise.resolve(ledger.openEntries()));
await ledger.close();
Deno.exit(0);
