/** What a run in containers can own, made by the docker runtime and taken down again; see `doomed_run_main.ts`. */
import { openDockerRuntime } from "../docker.ts";
import type { RunLedger } from "../run_ledger.ts";

const RULE = ["INPUT", "-p", "tcp", "--dport", "9001", "-j", "DROP"];

/** @param logFolder For what the processes write. */
export async function useContainers(ledger: RunLedger, logFolder: string): Promise<void> {
  await using runtime = await openDockerRuntime({ ledger });
  const cell = await runtime.cell({ name: "cell", logFolder });
  const pod = await cell.pod("web");
  const web = await cell.spawn({
    name: "web",
    program: { script: "tombstone" },
    args: [pod.bind, "9000"],
    pod,
    files: { "config.json": "{}" },
  });
  // The first call for it starts the relay: a container of another network, with a published port, attached to this one.
  await cell.reach(`${pod.host}:9000`);
  await cell.kernel!.run(pod, ["iptables", "-A", ...RULE], ["iptables", "-D", ...RULE]);
  await cell.kernel!.limit(web, { cpus: 0.5 });
  await cell.kernel!.disconnect(pod);
  await web.pause();
}
