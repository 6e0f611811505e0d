import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LineSplitter } from "../line_splitter.ts";
import { sweep } from "../sweep.ts";
import { eventually, openTestRuntime, testRunId } from "../testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { docker } from "./client.ts";
import { parseDockerHost } from "./docker_host.ts";
import { engineHost } from "./engine_host.ts";
import { RUN_LABEL } from "./labels.ts";
import { openCuttable } from "./testing/cuttable.ts";

/** What the run saw of one attempt. */
interface Seen {
  readonly what: string;
  readonly ms: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly kind?: string;
}

Deno.test({
  name: "a run whose engine dies fails with clear errors, hangs nowhere, and leaves its ledger for clean",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using test = await openTestRuntime();
    using way = await openCuttable(parseDockerHost(engineHost()));
    const runId = testRunId();
    const main = new URL("./testing/lost_engine_main.ts", import.meta.url);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--allow-net=127.0.0.1,localhost", "--allow-run", "--allow-read"],
        ...["--allow-write", "--allow-env", "--allow-sys", decodeURIComponent(main.pathname)],
        ...[test.stateFolder, runId, test.logFolder],
      ],
      env: { DOCKER_HOST: way.host },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const seen: Seen[] = [];
    let isUp = false;
    const lines = new LineSplitter((line) => {
      const value = JSON.parse(line);
      if (value.up) isUp = true;
      else seen.push(value);
    });
    const read = (async () => {
      for await (const chunk of child.stdout) lines.push(chunk);
    })();
    const ended = child.status.then(() => true);
    await Promise.race([ended, eventually("the run to be up", () => isUp, 120_000)]);
    assert(isUp, "the run did not come up");

    way.cut();
    const order = child.stdin.getWriter();
    await order.write(new Uint8Array(1));
    await order.close();
    await child.status;
    await read;

    const of = (what: string) => seen.find((each) => each.what === what)!;
    assertEquals(of("exited").value, { code: -1, signal: null });
    assertStringIncludes(
      String(of("tail").value),
      "expected an answer of the Docker engine at tcp://127.0.0.1:",
    );
    assertStringIncludes(String(of("send").error), 'Cannot write to the standard input of "orphan"');
    for (const what of ["inspect", "pause", "spawn", "pod", "run", "cell"]) {
      assertStringIncludes(
        String(of(what).error),
        "expected an answer of the Docker engine at tcp://127.0.0.1:",
      );
      assertEquals(of(what).kind, "gone", what);
    }
    assertStringIncludes(String(of("dispose").error), "Cannot take down the cell cell");
    for (const { what, ms } of seen) assert(ms < 20_000, `${what} took ${ms} ms`);
    assert((of("open entries").value as string[]).includes("container orphan"));

    // The engine itself is well, and the containers live on: whoever cleans now finds them by the ledger.
    await sweepOf(test.stateFolder, runId, way.host);
    const { dockerode } = await docker();
    const filters = { label: [`${RUN_LABEL}=${runId}`] };
    assertEquals(await dockerode.listContainers({ all: true, filters }), []);
    assertEquals(await dockerode.listNetworks({ filters }), []);
  },
});

/** Sweeps with the ledger turned to where the engine really is, as after its return. */
async function sweepOf(stateFolder: string, runId: string, cutHost: string): Promise<void> {
  const path = `${stateFolder}/ledger/${runId}.ndjson`;
  const text = await Deno.readTextFile(path);
  assertStringIncludes(text, cutHost);
  await Deno.writeTextFile(path, text.replaceAll(cutHost, engineHost()));
  await sweep(stateFolder);
}
