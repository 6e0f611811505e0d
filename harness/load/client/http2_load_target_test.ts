import { assert, assertEquals, assertRejects } from "@std/assert";
import { STATUS } from "../../model/grpc_status.ts";
import { ERROR, FRAME, goawayFrame, rstStreamFrame, SETTING, settingsFrame } from "../../wire/frame.ts";
import { frameMessage } from "../../wire/grpc_frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import { openGrpcTarget } from "./grpc_target.ts";
import { openHttp2Target } from "./http2_target.ts";
import { brief, LoadRig, NotingSink } from "./testing/load_rig.ts";
import { answer, data } from "./testing/scripted_peer.ts";

const OK: HeaderField[] = [[":status", "200"], ["content-type", "application/grpc"]];
const MESSAGE = frameMessage(new Uint8Array(10));

Deno.test("openGrpcTarget writes what is due together at flush, and gives four clocks in their order", async () => {
  await using rig = await LoadRig.open();
  for (const index of [0, 1, 2]) rig.send(index);
  assertEquals([rig.target.inFlight, rig.sink.ended.length], [3, 0]);
  rig.target.flush();
  for (const id of [1, 3, 5]) {
    assertEquals((await rig.peer.request()).fields, [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/a.B/C"],
      [":authority", "x"],
      ["te", "trailers"],
      ["content-type", "application/grpc"],
      ["k", "v"],
    ]);
    assertEquals([...(await rig.peer.next(FRAME.data)).payload], [0, 0, 0, 0, 1, 7]);
    await rig.peer.send(answer(id, OK), data(id, MESSAGE), answer(id, [["grpc-status", "0"]], true));
  }
  await rig.sink.count(3);
  assertEquals(rig.sink.ended.map(brief), [[0, "ok", 0, 10], [1, "ok", 0, 10], [2, "ok", 0, 10]]);
  for (const { index, clocks: [plannedT, sentT, firstT, endT] } of rig.sink.ended) {
    assertEquals(plannedT, 1000 + index);
    assert(sentT! <= firstT! && firstT! <= endT!, `${sentT} <= ${firstT} <= ${endT}`);
  }
  assertEquals(rig.target.inFlight, 0);
});

Deno.test("openGrpcTarget ends a call by grpc-status, by the HTTP status without one, and as INTERNAL when messages lack", async () => {
  const status = (code: string): HeaderField[] => [["grpc-status", code]];
  const cases: readonly (readonly [
    outcome: string,
    code: number,
    bytes: number,
    ...sent: ((id: number) => Uint8Array)[],
  ])[] = [
    ["status", STATUS.NOT_FOUND, 0, (id) => answer(id, [...OK, ...status("5")], true)],
    ["status", STATUS.UNAVAILABLE, 0, (id) => answer(id, [[":status", "503"]], true)],
    ["status", STATUS.UNKNOWN, 10, (id) => answer(id, OK), (id) => data(id, MESSAGE, true)],
    ["status", STATUS.INTERNAL, 0, (id) => answer(id, OK), (id) => answer(id, status("0"), true)],
    [
      "status",
      STATUS.INTERNAL,
      4,
      (id) => answer(id, OK),
      (id) => data(id, MESSAGE.subarray(0, 9)),
      (id) => answer(id, status("0"), true),
    ],
    [
      "status",
      STATUS.INTERNAL,
      20,
      (id) => answer(id, OK),
      (id) => data(id, MESSAGE),
      (id) => data(id, MESSAGE),
      (id) => answer(id, status("0"), true),
    ],
    [
      "ok",
      0,
      10,
      (id) => answer(id, OK),
      ...[...MESSAGE].map((octet) => (id: number) => data(id, Uint8Array.of(octet))),
      (id) => answer(id, status("0"), true),
    ],
    ["refused", ERROR.refusedStream, 0, (id) => rstStreamFrame(id, ERROR.refusedStream)],
    [
      "reset",
      ERROR.internalError,
      0,
      (id) => answer(id, OK),
      (id) => rstStreamFrame(id, ERROR.internalError),
    ],
    ["reset", ERROR.protocolError, 0, (id) => data(id, "before its head")],
  ];
  await using rig = await LoadRig.open();
  for (const [index, [outcome, code, bytes, ...sent]] of cases.entries()) {
    rig.send(index);
    rig.target.flush();
    await rig.peer.request();
    await rig.peer.send(...sent.map((make) => make(1 + 2 * index)));
    await rig.sink.count(index + 1);
    assertEquals(brief(rig.sink.ended[index]!), [index, outcome, code, bytes]);
  }
});

Deno.test("openGrpcTarget takes any number of messages where the method streams", async () => {
  await using rig = await LoadRig.open((options, sink) =>
    openGrpcTarget({ ...options, answers: "any" }, sink)
  );
  for (const [index, count] of [0, 3].entries()) {
    rig.send(index);
    rig.target.flush();
    const { id } = await rig.peer.request();
    const messages = Array.from({ length: count }, () => data(id, MESSAGE));
    await rig.peer.send(answer(id, OK), ...messages, answer(id, [["grpc-status", "0"]], true));
    await rig.sink.count(index + 1);
    assertEquals(brief(rig.sink.ended[index]!), [index, "ok", 0, 10 * count]);
  }
});

Deno.test("openHttp2Target ends a request by :status and counts its content", async () => {
  await using rig = await LoadRig.open(openHttp2Target);
  for (const [index, [status, outcome]] of ([["204", "ok"], ["404", "status"]] as const).entries()) {
    rig.send(index);
    rig.target.flush();
    const { id } = await rig.peer.request();
    await rig.peer.send(answer(id, [[":status", status]]), data(id, "abc"), data(id, "de", true));
    await rig.sink.count(index + 1);
    assertEquals(brief(rig.sink.ended[index]!), [index, outcome, Number(status), 5]);
  }
});

Deno.test("Http2LoadTarget cancels what is late, each by its own time to live, and takes late answers for none", async () => {
  await using rig = await LoadRig.open();
  rig.send(0, 60_000);
  rig.send(1, 5);
  rig.send(2, 5);
  rig.target.flush();
  assertEquals([(await rig.peer.next(FRAME.rstStream)).id, (await rig.peer.next(FRAME.rstStream)).id], [
    3,
    5,
  ]);
  await rig.peer.send(
    answer(3, [...OK, ["grpc-status", "0"]], true),
    answer(1, [...OK, ["grpc-status", "9"]], true),
  );
  await rig.sink.count(3);
  assertEquals(rig.sink.ended.map(brief), [[1, "timeout", -1, 0], [2, "timeout", -1, 0], [
    0,
    "status",
    9,
    0,
  ]]);
  for (const { clocks: [, sentT, , endT] } of rig.sink.ended.slice(0, 2)) assert(endT! - sentT! > 5);
});

Deno.test("Http2LoadTarget lets attempts time out that the peer's limit keeps waiting", async () => {
  await using rig = await LoadRig.open(openGrpcTarget, settingsFrame([[SETTING.maxConcurrentStreams, 0]]));
  rig.send(0, 5);
  rig.target.flush();
  await rig.sink.count(1);
  const { outcome, clocks } = rig.sink.ended[0]!;
  assertEquals([outcome, Number.isNaN(clocks[1])], ["timeout", true]);
});

Deno.test("Http2LoadTarget resets what was sent when its connection breaks, refuses meanwhile, and connects again", async () => {
  await using rig = await LoadRig.open();
  rig.send(0);
  rig.target.flush();
  await rig.peer.request();
  rig.peer.close();
  await rig.sink.count(1);
  assertEquals(brief(rig.sink.ended[0]!), [0, "reset", -1, 0]);
  const accepted = rig.accept();
  rig.send(1);
  assertEquals([rig.sink.ended.length, rig.target.inFlight], [1, 1]); // never before send has returned
  await rig.sink.count(2);
  assertEquals(brief(rig.sink.ended[1]!), [1, "refused", -1, 0]);
  assert(rig.sink.ended[1]!.clocks.slice(1, 3).every(Number.isNaN));
  await accepted;
  const arrived = rig.peer.request();
  let index = 1;
  do {
    rig.send(++index);
    rig.target.flush();
    await Promise.race([arrived, rig.sink.count(index + 1)]);
  } while (rig.target.inFlight === 0);
  await rig.peer.send(answer(1, [...OK, ["grpc-status", "1"]], true));
  await rig.sink.count(index + 1);
  assertEquals(brief(rig.sink.ended.at(-1)!), [index, "status", 1, 0]);
});

Deno.test("Http2LoadTarget opens a second connection after GOAWAY, and lets the first one finish", async () => {
  await using rig = await LoadRig.open();
  const first = rig.peer;
  rig.send(0);
  rig.send(1);
  rig.target.flush();
  await first.request();
  await first.send(goawayFrame(1, ERROR.noError));
  await rig.sink.count(1);
  assertEquals(brief(rig.sink.ended[0]!), [1, "refused", 0, 0]);
  rig.send(2); // finds no connection that is open, and asks for one
  await Promise.all([rig.accept(), rig.sink.count(2)]);
  await first.send(answer(1, [...OK, ["grpc-status", "4"]], true));
  await rig.sink.count(3);
  assertEquals(brief(rig.sink.ended[2]!), [0, "status", 4, 0]);
  assertEquals(rig.sink.ended.length, 3);
});

Deno.test("Http2LoadTarget refuses all as long as nobody listens, and a closed loop of that starves nobody", async () => {
  await using rig = await LoadRig.open();
  rig.refuseAll();
  const wanted = 500;
  let index = 0;
  const done = Promise.withResolvers<void>();
  rig.sink.onEnd = () => index < wanted ? rig.send(index++) : done.resolve();
  rig.send(index++);
  await done.promise;
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(rig.sink.ended.length, wanted);
  assert(rig.sink.ended.every(({ outcome }) => outcome === "refused" || outcome === "reset"));
});

Deno.test("Http2LoadTarget ends all in flight as cancelled, once, when it is disposed of", async () => {
  const rig = await LoadRig.open(openGrpcTarget, settingsFrame([[SETTING.maxConcurrentStreams, 2]]));
  for (const index of [0, 1, 2]) rig.send(index);
  rig.target.flush();
  await rig.peer.request();
  await rig[Symbol.asyncDispose]();
  assertEquals(rig.sink.ended.map(({ index, outcome, code }) => [index, outcome, code]).sort(), [
    [0, "cancelled", -1],
    [1, "cancelled", -1],
    [2, "cancelled", -1],
  ]);
  assertEquals(rig.target.inFlight, 0);
});

Deno.test("openGrpcTarget says why it could not connect", async () => {
  const sink = new NotingSink();
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${(closed.addr as Deno.NetAddr).port}`;
  closed.close();
  await assertRejects(() => openGrpcTarget({ address }, sink), Deno.errors.ConnectionRefused);
  await assertRejects(
    () => openGrpcTarget({ address, connections: 0 }, sink),
    RangeError,
    "current value is 0",
  );
  await assertRejects(
    () => openGrpcTarget({ address: "nowhere" }, sink),
    TypeError,
    "address must be host:port",
  );
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const quiet = `127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
  const accepted = silent.accept();
  await assertRejects(
    () => openGrpcTarget({ address: quiet, timeoutMs: 20 }, sink),
    Deno.errors.TimedOut,
    "its SETTINGS must come within 20 ms",
  );
  (await accepted).close();
});
