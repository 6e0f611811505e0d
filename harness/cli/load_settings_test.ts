import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./exit.ts";
import { type LoadFlags, loadPlan, loadSettings } from "./load_settings.ts";

const FLAGS: LoadFlags = { maxInFlight: "10", timeout: "5s", warmup: "0" };
const PROTO =
  'syntax = "proto3"; package a; message M { string s = 1; } service S { rpc C(M) returns (stream M); }';

async function withFiles(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadSettings understands a gRPC call with data and rows from files", () =>
  withFiles({ "a.proto": PROTO, "data.json": '{"s": "{{data.x}}"}', "rows.csv": "x\nfirst\n" }, (folder) => {
    const { target, requestOf, timeoutMs, seed } = loadSettings("127.0.0.1:5", {
      ...FLAGS,
      proto: [`${folder}/a.proto`],
      method: "a.S/C",
      data: `@${folder}/data.json`,
      dataFile: `${folder}/rows.csv`,
      seed: "7",
      connections: "3",
    });
    assertEquals(target, {
      protocol: "grpc",
      address: "127.0.0.1:5",
      connections: 3,
      kind: "server-streaming",
    });
    assertEquals([timeoutMs, seed], [5000, 7]);
    assertEquals(new TextDecoder().decode(requestOf(0).body.subarray(7)), "first");
  }));

Deno.test("loadSettings takes protocol and TLS from the URL or the flags", () =>
  withFiles({ "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" }, (folder) => {
    const of = (text: string, flags: Partial<LoadFlags> = {}) =>
      loadSettings(text, { ...FLAGS, ...flags }).target;
    assertEquals(of("http://127.0.0.1:5/"), { protocol: "http1", address: "127.0.0.1:5", connections: 10 });
    assertEquals(of("http://127.0.0.1:5/", { concurrency: "3" }).connections, 3);
    assertEquals(of("http://127.0.0.1:5/", { http2: true }).connections, 1);
    assertEquals(of("https://127.0.0.1:5/", { http2: true }).tls, {});
    const own = { tlsCa: `${folder}/ca.pem`, tlsCert: `${folder}/cert.pem`, tlsKey: `${folder}/key.pem` };
    assertEquals(of("127.0.0.1:5", { http1: true, ...own, tlsName: "x" }).tls, {
      caCerts: ["CA"],
      servername: "x",
      certificate: { chain: "CERT", key: "KEY" },
    });
  }));

Deno.test("loadSettings says what it cannot use", () =>
  withFiles({ "a.proto": PROTO, "bad.proto": "message {" }, (folder) => {
    const refused = (flags: Partial<LoadFlags>, words: string) =>
      assertThrows(() => loadSettings("127.0.0.1:5", { ...FLAGS, ...flags }), UsageError, words);
    const proto = [`${folder}/a.proto`];
    refused({}, "expected --proto FILE and --method");
    refused({ proto }, "found no --method");
    refused({ proto, method: "a.S/D" }, "they have a.S/C");
    refused({ proto: [`${folder}/bad.proto`], method: "a.S/C" }, "bad.proto:1:");
    refused({ proto, method: "a.S/C", data: '{"t": 1}' }, "message.t as M must have that field");
    refused({ http1: true, data: "@no/such/file" }, "no/such/file");
    refused({ http1: true, http2: true }, "expected one protocol");
    refused({ http1: true, metadata: ["bare"] }, "expected NAME=VALUE");
    refused({ http1: true, tlsCert: "x" }, "expected both or none");
    refused({ http1: true, timeout: "5" }, "--timeout 5: expected a duration");
    refused({ http1: true, connections: "0" }, "--connections 0");
  }));

Deno.test("loadPlan makes a plan of rate, plan or concurrency, which ends after 10 s where nothing else is said", () => {
  const of = (flags: Partial<LoadFlags>) => loadPlan({ ...FLAGS, ...flags }, 1);
  assertEquals(of({ concurrency: "5", requests: "9" }), { kind: "closed", concurrency: 5, requests: 9 });
  assertEquals(of({ concurrency: "5" }), { kind: "closed", concurrency: 5, durationMs: 10_000 });
  assertEquals(of({ rate: "5" }).durationMs, 10_000);
  assertEquals(of({ rate: "5", requests: "9" }).durationMs, undefined);
  assertEquals(of({ plan: "ramp:1..2:3s" }).durationMs, undefined);
  assertEquals(of({ plan: "burst:1,2:3s,1s" }).durationMs, 10_000);
  const refused = (flags: Partial<LoadFlags>, words: string) =>
    assertThrows(() => of(flags), UsageError, words);
  refused({}, "expected --rate, --plan or --concurrency");
  refused({ rate: "5", concurrency: "5" }, "expected neither --rate nor --plan");
  refused({ rate: "-1" }, "--rate -1: expected attempts per second");
  refused({ plan: "constant" }, "needs a rate");
  refused({ plan: "wave" }, "expected one of constant");
  refused({ plan: "trace:no/such/file" }, "no/such/file");
  refused({ rate: "5", spacing: "odd" }, "expected even or poisson");
  refused({ rate: "5", duration: "5" }, "--duration 5: expected a duration");
});
