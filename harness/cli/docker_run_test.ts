import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sameVerdicts } from "../report/same_verdicts.ts";
import { docker } from "../runtime/docker/client.ts";
import { parseDockerHost } from "../runtime/docker/docker_host.ts";
import { engineHost } from "../runtime/docker/engine_host.ts";
import { RUN_LABEL } from "../runtime/docker/labels.ts";
import { openCuttable } from "../runtime/docker/testing/cuttable.ts";
import { eventually } from "../runtime/testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../runtime/testing/without_docker.ts";
import { reportOf, verdictsOf } from "./testing/stored_report.ts";
import { Workplace } from "./testing/workplace.ts";

const QUICK = ["--scenario", "{routing/no_route,retrying/count}", "--mesh", "reference,direct,envoy"];

/** Names of the containers and networks that runs of these ids have on the engine. */
async function onEngine(runId: string): Promise<string[]> {
  const { dockerode } = await docker();
  const filters = { label: [`${RUN_LABEL}=${runId}`] };
  const [containers, networks] = await Promise.all([
    dockerode.listContainers({ all: true, filters }),
    dockerode.listNetworks({ filters }),
  ]);
  return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
}

Deno.test("meshproof run --runtime docker without a daemon ends with 64 and says what it looked for", async () => {
  await using workplace = await Workplace.open();
  const env = { DOCKER_HOST: "tcp://127.0.0.1:9" };
  const run = await workplace.run(["run", "--runtime", "docker", "--out", "out"], { env });
  assertEquals([run.code, run.stdout], [64, ""]);
  assertMatch(
    run.stderr,
    /--runtime docker: expected a Docker daemon, found none that will do: .*127\.0\.0\.1:9/,
  );
  assertEquals(await workplace.leftovers(), []);
});

Deno.test({
  name: "meshproof run comes to the same verdicts in containers as with processes, and leaves no container",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using workplace = await Workplace.open();
    const reports = [];
    for (const runtime of ["process", "docker"]) {
      const run = await workplace.run(["run", "--runtime", runtime, ...QUICK, "--out", runtime]);
      assertEquals(run.code, 0, run.stdout + run.stderr);
      const report = await reportOf(`${workplace.folder}/${runtime}`);
      assertEquals(report.run.runtime, runtime);
      reports.push(report);
    }
    const [processes, containers] = reports;
    assert(processes !== undefined && containers !== undefined);
    const { differences, compared, leftOut } = sameVerdicts(processes, containers);
    assertEquals([differences, compared, leftOut], [[], 6, []]);
    assertEquals(verdictsOf(containers)["direct retrying/count RTY-01"], "fail");
    assertEquals(await onEngine(containers.run.id), []);
    assertEquals(await workplace.leftovers(), []);

    const again = await workplace.run(["analyze", "docker"]);
    assertEquals(again.code, 0, again.stderr);
    const replayed = await workplace.run([
      "replay",
      "docker:reference/routing/no_route",
      "--out",
      "replayed",
    ]);
    assertEquals(replayed.code, 0, replayed.stderr);
    assertStringIncludes(replayed.stdout, "RTE-07: pass (was pass)");
    assertStringIncludes(
      await Deno.readTextFile(`${workplace.folder}/replayed/history/reference.routing.no_route.ndjson`),
      '"detail":"container ',
    );
  },
});

Deno.test({
  name: "meshproof run whose engine dies in mid-run ends with 70, says so, and clean removes what is left",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using workplace = await Workplace.open();
    using way = await openCuttable(parseDockerHost(engineHost()));
    const run = workplace.start(
      [
        "run",
        "--runtime",
        "docker",
        "--scenario",
        "discovery/lease_ends",
        "--mesh",
        "reference",
        "--out",
        "out",
      ],
      { env: { DOCKER_HOST: way.host } },
    );
    await run.saysOnStandardError("1 meshes x 1 scenarios");
    const runId = (await workplace.ledgers())[0]?.replace(/\.ndjson$/, "") ?? "";
    await eventually(
      "a service to be up",
      async () => (await onEngine(runId)).some((name) => name.includes("service-")),
    );
    way.cut();
    const { code, stderr } = await run.finished;
    assertEquals(code, 70, stderr);
    assertStringIncludes(stderr, "the Docker engine");
    assert((await onEngine(runId)).length > 0, "with its engine cut off, the run cannot have tidied up");

    await way.mend();
    const clean = await workplace.run(["clean"]);
    assertEquals(clean.code, 0, clean.stderr);
    assertEquals([await onEngine(runId), await workplace.leftovers()], [[], []]);
  },
});
