import { assert, assertEquals, assertRejects } from "@std/assert";
import { readyPort } from "./place.ts";
import { withPlace } from "./testing/open_test_place.ts";

function shell(script: string) {
  return { title: "a script", command: "sh", args: ["-c", script] };
}

Deno.test("Place.run gives what a program printed and used", async () => {
  await withPlace(async (place) => {
    // dd holds its whole buffer in memory.
    const { output, usage } = await place.run(
      shell("echo one; echo two; exec dd if=/dev/zero of=/dev/null bs=64M count=4 2>/dev/null"),
      { limitMs: 20_000 },
    );
    assertEquals(output, "one\ntwo");
    assert(usage.peakBytes > 64 * 2 ** 20, `${usage.peakBytes} bytes`);
    assert(usage.cpuSeconds > 0 && usage.wallSeconds > 0);
  });
});

Deno.test("Place.run quotes a program that fails, unless its exit code is a known one", async () => {
  await withPlace(async (place) => {
    const failing = shell("echo it is broken >&2; exit 3");
    const error = await assertRejects(() => place.run(failing, { limitMs: 20_000 }), Error, "found 3");
    assert(error.message.includes("a script") && error.message.includes("it is broken"), error.message);
    await place.run(failing, { limitMs: 20_000, acceptsCode: (code) => code === 3 });
  });
});

Deno.test("Place.run ends a program that hangs", async () => {
  await withPlace(async (place) => {
    await assertRejects(
      () => place.run(shell("exec sleep 600"), { limitMs: 200 }),
      Error,
      "not done after 200 ms",
    );
  });
});

Deno.test({
  name: "Place.serve waits for the port, tells the server's CPU time, and ends it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await withPlace(async (place) => {
      const script = `echo starting; echo '{"event":"ready","port":4711}'; while :; do :; done`;
      let exited: Promise<unknown>;
      {
        await using server = await place.serve(shell(script), readyPort);
        exited = server.process.exited;
        assertEquals(server.port, 4711);
        const before = await server.cpuSeconds();
        let now = before;
        while (now === before) now = await server.cpuSeconds();
        assert(now > before);
      }
      await exited;
    });
  },
});

Deno.test("readyPort reads the port out of either kind of ready line, and nothing out of others", () => {
  assertEquals(readyPort('{"event":"ready","port":80}'), 80);
  assertEquals(readyPort('{"event":"ready","address":"127.0.0.1:8474","proxies":[]}'), 8474);
  for (const other of ["", "ready 80", '{"event":"ended","port":80}', '{"event":"ready"}', "null", "7"]) {
    assertEquals(readyPort(other), undefined, other);
  }
});
