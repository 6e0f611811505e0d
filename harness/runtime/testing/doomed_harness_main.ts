/**
 * A small harness that a test kills. Arguments: state folder, run id, `reaper` or `no-reaper`. It prints one line
 * of JSON with the pids of its children and its temporary folder, and then waits to be killed.
 */
import { createProcessRuntime } from "../process.ts";
import { startReaper } from "../reaper.ts";
import { RunLedger } from "../run_ledger.ts";

const [stateFolder, runId, reaper] = Deno.args as [string, string, string];
if (reaper === "reaper") startReaper(stateFolder, { runId });
const ledger = await RunLedger.open(stateFolder, runId);
const runtime = createProcessRuntime({ ledger, logFolder: `${stateFolder}/logs` });
const folder = await ledger.temporaryFolder("data", { memoryBytes: 1 });
const sleeper = await runtime.spawn({ name: "sleeper", program: { command: "sleep" }, args: ["300"] });
// As if the harness had died between starting a process and writing down its pid.
ledger.intendProcess("unwritten", "sleep 300");
const unwritten = new Deno.Command("sleep", {
  args: ["300"],
  env: { ...ledger.ownerEnvironment },
  stdin: "null",
  stdout: "null",
  stderr: "null",
}).spawn();
const line = JSON.stringify({ pids: [sleeper.pid, unwritten.pid], folder: folder.path });
await Deno.stdout.write(new TextEncoder().encode(line + "\n"));
await unwritten.status;
