import { assertEquals, assertRejects } from "@std/assert";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { engineClient } from "./engine_client.ts";
import { engineHost } from "./engine_host.ts";
import { dockerStatus } from "./status.ts";

Deno.test({
  name: "engineClient talks to the very engine that engineHost names and dockerStatus finds",
  ignore: WITHOUT_DOCKER,
}, async () => {
  const status = await dockerStatus();
  const client = await engineClient(engineHost());
  assertEquals(status.available && [status.host, status.version], [
    engineHost(),
    (await client.version()).Version,
  ]);
});

Deno.test("engineClient gives up a call to which nothing comes within its limit", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = (async () => {
    const connection = await silent.accept();
    // Reads the question, answers nothing, and sees the caller hang up.
    const buffer = new Uint8Array(1024);
    while (await connection.read(buffer).catch(() => null) !== null);
    connection.close();
  })();
  const client = await engineClient(`tcp://127.0.0.1:${silent.addr.port}`, 50);
  await assertRejects(() => client.listContainers(), Error);
  await taken;
});
