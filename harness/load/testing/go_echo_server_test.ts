/** What tests and benchmarks rely on of the pinned Go server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotReadyError } from "../../runtime/await_ready.ts";
import { openHttp2Connection } from "../client/open_connection.ts";
import { startGoEchoServer } from "./go_echo_server.ts";
import { callRaw } from "./raw_call.ts";

const UNARY = "/meshproof.load.v1.Echo/Unary";
const CALLS = 40;

/** Makes calls one after the other. @returns How long each took, in milliseconds. */
async function timesOf(address: string, calls = CALLS): Promise<number[]> {
  const connection = await openHttp2Connection({ address });
  const times: number[] = [];
  for (let index = 0; index < calls; index++) {
    const beganT = performance.now();
    const { status } = await callRaw(connection, { path: UNARY, messages: [new Uint8Array(8)] });
    assertEquals(status, "OK");
    times.push(performance.now() - beganT);
  }
  await connection.close();
  return times;
}

Deno.test("grpc-echo-server notes when each call arrived, in order and on the wall clock", async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  try {
    const path = `${folder}/arrivals`;
    const beganMs = Date.now();
    {
      await using server = await startGoEchoServer({ flags: () => ["--arrivals", path] });
      await timesOf(server.address);
      assertEquals(await server.stop(), CALLS);
    }
    const endedMs = Date.now();
    const bytes = await Deno.readFile(path);
    const arrivals = new BigInt64Array(bytes.buffer);
    assertEquals(arrivals.length, CALLS);
    const times = [...arrivals].map((ns) => Number(ns) / 1e6);
    assertEquals(times, times.toSorted((one, other) => one - other));
    assert(times[0]! >= beganMs - 1 && times.at(-1)! <= endedMs + 1, `${times[0]} to ${times.at(-1)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("grpc-echo-server delays its answers by the distribution that it is given", async () => {
  const delayed = async (distribution: string) => {
    await using server = await startGoEchoServer({ flags: () => ["--delay-distribution", distribution] });
    return await timesOf(server.address);
  };
  assert(Math.min(...await delayed("constant:5ms")) >= 5);
  assert(Math.min(...await delayed("uniform:4ms,6ms")) >= 4);
  const [all, none] = [await delayed("bimodal:0s,5ms,1"), await delayed("bimodal:5ms,0s,0")];
  assert(Math.min(...all, ...none) >= 5);
  // With a mean of 5 ms, 40 calls that take less than 40 ms in all have a chance of 1 in 10^12.
  const exponential = await delayed("exponential:5ms");
  assert(exponential.reduce((sum, time) => sum + time) > 40, `${exponential}`);
});

Deno.test("grpc-echo-server says what it cannot do, and ends", async () => {
  for (
    const [distribution, said] of [["normal:5ms", "expected none, constant:T"], ["constant:5", "such as 5ms"]]
  ) {
    await assertRejects(
      () => startGoEchoServer({ flags: () => ["--delay-distribution", distribution!] }),
      NotReadyError,
      said,
    );
  }
});
