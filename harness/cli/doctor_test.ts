import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Workplace } from "./testing/workplace.ts";

/** Where a daemon could be, but surely is none. */
function nobody(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `tcp://127.0.0.1:${listener.addr.port}`;
}

Deno.test("meshproof doctor --json says which Docker is there", async () => {
  const answer = { Version: "28.1.0", ApiVersion: "1.49", Os: "linux", Arch: "amd64" };
  await using daemon = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json(answer),
  );
  await using workplace = await Workplace.open();
  const DOCKER_HOST = `tcp://127.0.0.1:${daemon.addr.port}`;
  const { stdout, stderr } = await workplace.run(["doctor", "--json"], { env: { DOCKER_HOST } });
  const found = {
    available: true,
    host: DOCKER_HOST,
    version: "28.1.0",
    apiVersion: "1.49",
    platform: "linux/amd64",
  };
  assertEquals([JSON.parse(stdout).docker, stderr], [found, ""]);
  const plain = await workplace.run(["doctor"], { env: { DOCKER_HOST } });
  assertStringIncludes(plain.stdout, `docker 28.1.0: ok, API 1.49, ${DOCKER_HOST}\n`);
});

Deno.test("meshproof doctor says why Docker is not there and what to do, and lets that alone be no failure", async () => {
  await using workplace = await Workplace.open();
  const env = { DOCKER_HOST: nobody() };
  const json = await workplace.run(["doctor", "--json"], { env });
  const { docker, ready } = JSON.parse(json.stdout);
  assertEquals([docker.available, docker.kind], [false, "unreachable"]);
  assertEquals(json.code, ready ? 0 : 2);
  const { code, stdout } = await workplace.run(["doctor"], { env });
  assertEquals(code, json.code);
  const at = stdout.indexOf("docker: not there; only --runtime docker needs it\n");
  assert(at >= 0, stdout);
  assertStringIncludes(stdout.slice(at), `  looked: nobody answers at ${env.DOCKER_HOST}: `);
  assertStringIncludes(
    stdout.slice(at),
    "  to get it: start the daemon there, or set DOCKER_HOST to where it is\n",
  );
});
