/** A run that goes on until it is ended from without. */
import { adapterText, POLICY, scenarioText } from "./own_files.ts";
import type { StartedCli } from "./started_cli.ts";
import type { Workplace } from "./workplace.ts";

/** What it drives: a load that is in flight, for longer than any test waits. */
const DRIVE = `const load = t.load("some", { perSecond: 50 });
    await t.elapse("until somebody ends it", 100_000);
    await load.stop();`;
const LIMIT_MS = 30_000;

/** A mesh with a process that does not notice when its harness dies, as etcd and services do. */
const STUBBORN = adapterText(
  "stubborn",
  `const process = await environment.runtime.spawn({ name: "stubborn", program: { command: "sleep" }, args: ["1000"] });
    const address = environment.services[0].instances[0].address;
    return { entry: () => address, [Symbol.asyncDispose]: () => process.kill() };`,
);

/**
 * Starts a run of one scenario that does not end; resolves once its calls are being answered.
 *
 * @param mesh `stubborn` has a process that outlives its harness unless it is killed.
 * @param out Folder of its report, below the workplace.
 */
export async function midRun(
  workplace: Workplace,
  mesh: "reference" | "stubborn",
  out = "out",
): Promise<StartedCli> {
  await workplace.write("endless/endless.ts", scenarioText({ id: "endless", drive: DRIVE }));
  await workplace.write("endless/policy.yaml", POLICY);
  const which = mesh === "stubborn"
    ? ["--mesh", mesh, "--adapter", await workplace.write("stubborn.ts", STUBBORN)]
    : ["--mesh", mesh];
  const run = workplace.start(["run", "--scenarios", "endless", ...which, "--out", out]);
  const history = `${workplace.folder}/${out}/history/${mesh}.endless.ndjson`;
  const deadline = performance.now() + LIMIT_MS;
  while (!await isAnswered(history)) {
    if (performance.now() > deadline) {
      run.kill("SIGKILL");
      const { stdout, stderr } = await run.finished;
      throw new Error(
        `expected answers in ${history} within ${LIMIT_MS} ms, found none:\n${stdout}${stderr}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return run;
}

async function isAnswered(history: string): Promise<boolean> {
  try {
    return (await Deno.readTextFile(history)).includes('"request.answered"');
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
