import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { connectTo } from "../faults/link/toxiproxy/testing/peer.ts";
import { openEcho } from "../faults/link/toxiproxy/testing/open_server.ts";
import { Workplace } from "./testing/workplace.ts";

/** `meshproof link <args>` that has said that it is ready. */
async function startedLink(workplace: Workplace, args: readonly string[]) {
  const run = workplace.start(["link", "--listen", "127.0.0.1:0", "--json", ...args]);
  const [line = ""] = (await run.saysOnStandardOutput("\n")).split("\n");
  const { event, address, proxies } = JSON.parse(line);
  assertEquals(event, "ready");
  return { run, address, proxies };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`meshproof link serves proxies with toxics from the first connection on, and ends with 0 on ${signal}`, async () => {
    using echo = openEcho();
    await using workplace = await Workplace.open();
    const { run, address, proxies } = await startedLink(workplace, [
      ...["--proxy", `echo=127.0.0.1:0->${echo.address}`, "--toxic", "echo:limit_data:bytes=3,name=cut"],
    ]);
    assertEquals(proxies[0].toxics[0], {
      attributes: { bytes: 3 },
      name: "cut",
      type: "limit_data",
      stream: "downstream",
      toxicity: 1,
    });
    using peer = await connectTo(proxies[0].listen);
    assertEquals(await peer.sendAndReadAll("hello"), { text: "hel", ending: "closed" });
    assertEquals(await (await fetch(`http://${address}/proxies/echo`)).json(), proxies[0]);
    run.kill(signal);
    const { code, stdout, stderr } = await run.finished;
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const events = stdout.trimEnd().split("\n").map((text) => JSON.parse(text));
    const hit = events.find((each) => each.event === "fault.hit");
    assertEquals({ fault: hit?.fault, link: hit?.link, connection: hit?.connection }, {
      fault: "cut",
      link: "echo",
      connection: 1,
    });
    assertEquals(events.filter((each) => each.event === "connection").map(({ t: _, ...rest }) => rest), [
      { event: "connection", proxy: "echo", connection: 1, edge: "accepted" },
      {
        ...{ event: "connection", proxy: "echo", connection: 1, edge: "ended" },
        ...{ cause: "cut by the link after 3 bytes down", bytesOut: { up: 5, down: 3 } },
      },
    ]);
    await assertRejects(() => connectTo(proxies[0].listen), Deno.errors.ConnectionRefused);
    assertEquals(await workplace.leftovers(), []);
  });
}

Deno.test("meshproof link reads a Toxiproxy config, and says in plain words where everything is", async () => {
  await using workplace = await Workplace.open();
  const config = await workplace.write(
    "toxiproxy.json",
    JSON.stringify([
      { name: "one", listen: "127.0.0.1:0", upstream: "localhost:6379" },
      { name: "two", listen: "127.0.0.1:0", upstream: "localhost:6380", enabled: false },
    ]),
  );
  const args = [
    "--config",
    config,
    "--toxic",
    "one:latency:latency=5,stream=upstream",
    "--toxic",
    "one:noop",
  ];
  const run = workplace.start(["link", "--listen", "127.0.0.1:0", ...args]);
  const said = await run.saysOnStandardOutput("ready");
  run.kill("SIGTERM");
  assertEquals((await run.finished).code, 0);
  assertMatch(
    said,
    /^proxy one: 127\.0\.0\.1:\d+ -> localhost:6379 \(latency_upstream, noop_downstream\)\nproxy two: 127\.0\.0\.1:0 -> localhost:6380 \(disabled\)\nready: Toxiproxy's HTTP API on http:\/\/127\.0\.0\.1:\d+$/m,
  );
});

Deno.test("meshproof link refuses options that it cannot follow with 64, and says what it expected", async () => {
  await using workplace = await Workplace.open();
  const bad = await workplace.write("bad.json", "{}");
  const proxy = ["--proxy", "one=127.0.0.1:0->127.0.0.1:9"];
  const cases: readonly [readonly string[], string][] = [
    [["--proxy", "nonsense"], "--proxy nonsense: expected NAME=LISTEN->UPSTREAM"],
    [["--proxy", "one=127.0.0.1:0->192.0.2.1:9"], "--allow-remote"],
    [["--listen", "nonsense"], 'listen: expected host:port, found "nonsense"'],
    [["--listen", "192.0.2.1:0"], "--allow-remote"],
    [[...proxy, "--toxic", "one"], "--toxic one: expected PROXY:TYPE"],
    [
      [...proxy, "--toxic", "two:latency"],
      'expected a proxy of --proxy or --config, found "two"; there are: one',
    ],
    [[...proxy, "--toxic", "one:nonsense"], "invalid toxic type"],
    [[...proxy, "--toxic", "one:latency:latency"], 'expected KEY=VALUE in place of "latency"'],
    [[...proxy, "--toxic", "one:latency:latency=slow"], "attributes.latency"],
    [["--config", "missing.json"], "--config missing.json: expected a JSON file"],
    [["--config", bad], "expected a list of proxies"],
  ];
  await Promise.all(cases.map(async ([args, words]) => {
    const listen = args.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
    const { code, stdout, stderr } = await workplace.run(["link", ...listen, ...args]);
    assertEquals({ args, code, stdout }, { args, code: 64, stdout: "" }, stderr);
    assertStringIncludes(stderr, words);
  }));
});

Deno.test("meshproof link says which port is taken, and ends with 70", async () => {
  await using workplace = await Workplace.open();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, stderr } = await workplace.run(["link", "--listen", `127.0.0.1:${taken.addr.port}`]);
  assertEquals(code, 70);
  assert(stderr.includes(`Cannot listen on 127.0.0.1:${taken.addr.port} for the HTTP API`), stderr);
});
