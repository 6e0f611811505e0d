import { assert, assertEquals, assertRejects } from "@std/assert";
import { DockerError } from "./docker_error.ts";
import { Engine } from "./engine.ts";

/** The clients are not asked anything here. */
const CLIENTS = {
  testcontainers: {},
  dockerode: {},
  runtime: { info: { containerRuntime: { memory: 1 } } },
} as unknown as ConstructorParameters<typeof Engine>[0];

Deno.test("Engine.ask gives up on an engine that is silent, and ends the call", async () => {
  const engine = new Engine(CLIENTS, "unix:///engine.sock");
  let signal: AbortSignal | undefined;
  const error = await assertRejects(
    () =>
      engine.ask("start x", (abortSignal) => {
        signal = abortSignal;
        return new Promise(() => {});
      }, 20),
    DockerError,
    "Cannot start x: expected an answer of the Docker engine at unix:///engine.sock within 20 ms, found none",
  );
  assertEquals(error.kind, "slow");
  assert(signal?.aborted);
});

Deno.test("Engine.ask leaves the signal alone once the call is answered", async () => {
  const engine = new Engine(CLIENTS, "unix:///engine.sock");
  let signal: AbortSignal | undefined;
  const answer = await engine.ask("look", (abortSignal) => {
    signal = abortSignal;
    return Promise.resolve(3);
  }, 1);
  assertEquals(answer, 3);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(signal?.aborted, false);
});
