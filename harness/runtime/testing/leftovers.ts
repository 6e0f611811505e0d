/** Whatever a run has left on this machine, looked at from outside: the processes, the files, the kernel, the engine. */
import { pidsWithEnvironment } from "../kernel.ts";
import { temporaryRoot } from "../owned_folder.ts";
import { ledgerFolder, OWNER_VARIABLE } from "../state_folder.ts";

/** The run's ledger, or its draft. While it is there, somebody is still to tidy up. */
export async function ledgersOf(stateFolder: string, runId: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(ledgerFolder(stateFolder)), ({ name }) => name);
  return names.filter((name) => name.includes(`${runId}.`)).map((name) => `ledger ${name}`);
}

/** What the run has left of itself beside containers: processes with its tag, temporary folders. */
export async function processLeftovers(runId: string): Promise<string[]> {
  const [pids, ...paths] = await Promise.all([
    pidsWithEnvironment(`${OWNER_VARIABLE}=${runId}`),
    // Deno may not look into /dev without --allow-all.
    ...[temporaryRoot(), "/dev/shm"].map(list),
  ]);
  return [
    ...(pids ?? []).map((pid) => `process ${pid}`),
    ...paths.flat().filter((path) => path.includes(`meshproof-${runId}-`)),
  ];
}

async function list(folder: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ls", { args: ["-A", folder], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n").map((name) => `${folder}/${name}`);
}
