import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serveDelayedAnswers } from "../../fixtures/programs/delayed_answers/server.ts";
import { loadReportSchema } from "../load/record/reports/load_report.ts";
import { Workplace } from "./testing/workplace.ts";

const PROTO =
  `syntax = "proto3"; package t; message Delay { fixed32 us = 1; } service S { rpc Wait(Delay) returns (Delay); }`;

Deno.test("meshproof load drives a gRPC server, prints JSON, leaves every file, and ends by its validity", async () => {
  await using workplace = await Workplace.open();
  await using server = serveDelayedAnswers();
  const proto = await workplace.write("t.proto", PROTO);
  const { code, stdout, stderr } = await workplace.run([
    ...["load", `127.0.0.1:${server.port}`, "--proto", proto, "--method", "t.S/Wait"],
    ...["--rate", "400", "--requests", "200", "--out", "result", "--json"],
  ]);
  assertEquals(stderr, "");
  const report = loadReportSchema.parse(JSON.parse(stdout));
  assertEquals([report.run.planned, report.summary.outcomes.ok], [200, 200]);
  // A busy machine makes the figures invalid, and that is said.
  assertEquals(code, report.summary.validity.valid ? 0 : 2);
  const names = [...Deno.readDirSync(`${workplace.folder}/result`)].map(({ name }) => name).sort();
  assertEquals(names, [
    "attempts.arrow",
    "fortio.json",
    "lag.hgrm",
    "load.hlog",
    "load.json",
    "metrics.txt",
    "response.hgrm",
    "service.hgrm",
  ]);
  assertEquals(JSON.parse(await Deno.readTextFile(`${workplace.folder}/result/load.json`)), report);
  assertEquals(await workplace.leftovers(), []);
});

Deno.test("meshproof load tells people how it went, and says when nobody is there", async () => {
  await using workplace = await Workplace.open();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("no", { status: 500 }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const { code, stdout } = await workplace.run(["load", url, "--concurrency", "2", "--requests", "50"]);
  assert(code === 0 || code === 2, stdout);
  assertStringIncludes(stdout, "outcomes: status 50");
  assertMatch(stdout, /^(valid|INVALID)/m);
  await server.shutdown();
  const gone = await workplace.run(["load", url, "--concurrency", "2", "--requests", "50"]);
  assertEquals([gone.code, gone.stdout], [70, ""]);
  assertStringIncludes(gone.stderr, `Cannot drive ${url}: `);
});

Deno.test("meshproof load exports a plan that it takes back as a trace", async () => {
  await using workplace = await Workplace.open();
  await using server = serveDelayedAnswers();
  const exported = await workplace.run([
    ...["load", "--plan", "poisson", "--rate", "1000", "--requests", "100", "--seed", "3"],
    ...["--export-plan", "due.txt"],
  ]);
  assertEquals([exported.code, exported.stdout, exported.stderr], [0, "due.txt: 100 due times\n", ""]);
  const proto = await workplace.write("t.proto", PROTO);
  const call = ["load", `127.0.0.1:${server.port}`, "--proto", proto, "--method", "t.S/Wait", "--json"];
  const { stdout } = await workplace.run([...call, "--plan", "trace:due.txt"]);
  const { run, summary } = loadReportSchema.parse(JSON.parse(stdout));
  assertEquals([run.planned, summary.outcomes.ok, run.plan], [100, 100, { kind: "trace", path: "due.txt" }]);
});

Deno.test("meshproof load that is interrupted still says what it has, and ends with 130", async () => {
  await using workplace = await Workplace.open();
  await using server = serveDelayedAnswers();
  const proto = await workplace.write("t.proto", PROTO);
  const run = workplace.start([
    ...["load", `127.0.0.1:${server.port}`, "--proto", proto, "--method", "t.S/Wait"],
    ...["--rate", "100", "--duration", "1h", "--out", "result"],
  ]);
  await run.saysOnStandardError("/s, ok");
  run.kill("SIGINT");
  const { code, stdout, stderr } = await run.finished;
  assertEquals(code, 130);
  assertMatch(stdout, /^\d+ attempts in /);
  assertStringIncludes(stderr, "stopped by SIGINT");
  const report = loadReportSchema.parse(
    JSON.parse(await Deno.readTextFile(`${workplace.folder}/result/load.json`)),
  );
  assertEquals(report.run.planned, report.summary.attempts);
  assertEquals(await workplace.leftovers(), []);
});

Deno.test("meshproof load searches the knee, and says so when there is none", async () => {
  await using workplace = await Workplace.open();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("", { status: 503 }),
  );
  const { code, stdout } = await workplace.run([
    ...["load", `http://127.0.0.1:${server.addr.port}/`, "--find-knee", "p50<10s", "--rate", "200"],
    ...["--requests", "60", "--json"],
  ]);
  await server.shutdown();
  const { objective, perSecond, trials } = JSON.parse(stdout);
  assertEquals([code, objective, perSecond], [2, { percent: 50, belowMs: 10_000 }, undefined]);
  assert(trials.length >= 1 && trials.every(({ failedShare }: { failedShare: number }) => failedShare === 1));
});

Deno.test("meshproof load ends with 64 when its arguments are wrong", async () => {
  await using workplace = await Workplace.open();
  const wrong: Readonly<Record<string, readonly string[]>> = {
    "expected the address or URL": [],
    "expected host:port or a URL": ["nowhere"],
    "say --allow-remote": ["http://192.0.2.1/", "--rate", "1"],
    "expected --rate, --plan or --concurrency": ["http://127.0.0.1:1/"],
    "such as p99<20ms": ["http://127.0.0.1:1/", "--find-knee", "fast"],
    "expected an open plan": ["--concurrency", "1", "--export-plan", "x"],
  };
  for (const [words, args] of Object.entries(wrong)) {
    const { code, stderr } = await workplace.run(["load", ...args]);
    assertEquals([args, code], [args, 64]);
    assertStringIncludes(stderr, words);
  }
});
