/**
 * A harness that makes everything which a run can own, takes it down again, and dies on its way where it is told to.
 * Argument: a {@link DoomedRunOrder} as JSON. When it is not to die, it prints what its ledger's lines said, as JSON.
 */
import { openProcessRuntime } from "../process.ts";
import { startReaper } from "../reaper.ts";
import { RunLedger } from "../run_ledger.ts";
import type { DoomedRunOrder } from "./doomed_run.ts";
import { useContainers } from "./doomed_run_containers.ts";
import { watchLedger } from "./ledger_steps.ts";

const { stateFolder, runId, runtime, death } = JSON.parse(Deno.args[0] ?? "") as DoomedRunOrder;
const steps = watchLedger(death);
const reaper = startReaper(stateFolder, { runId });
const ledger = await RunLedger.open(stateFolder, runId);
steps.wrote("run");
{
  const folder = await ledger.temporaryFolder("data");
  await Deno.writeTextFile(`${folder.path}/file`, "content");
  await using processes = openProcessRuntime({ ledger });
  const cell = await processes.cell({ name: "cell", logFolder: `${folder.path}/logs` });
  const worker = await cell.spawn({
    name: "worker",
    program: { command: "sh" },
    // It has a child, as nginx has, and does not end when it is asked to.
    args: ["-c", "trap '' TERM; sleep 300 & wait; sleep 300"],
    scratchBytes: 1,
  });
  if (runtime === "docker") await useContainers(ledger, `${folder.path}/logs`);
  else await cell.spawn({ name: "other", program: { command: "sleep" }, args: ["300"] });
  await worker.pause();
  await worker.kill();
}
await ledger.close();
steps.end();
await reaper[Symbol.asyncDispose]();
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(steps.lines) + "\n"));
