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

Deno.test("Engine.ask waits less for an engine that left the call before unanswered, until it answers", async () => {
  const engine = new Engine(CLIENTS, "unix:///engine.sock", 20);
  const never = () => new Promise<void>(() => {});
  await assertRejects(() => engine.ask("look", never, 30), DockerError, "within 30 ms");
  await assertRejects(() => engine.ask("look", never, 600_000), DockerError, "within 20 ms");
  await engine.ask("look", () => Promise.resolve());
  await assertRejects(() => engine.ask("look", never, 40), DockerError, "within 40 ms");
});
