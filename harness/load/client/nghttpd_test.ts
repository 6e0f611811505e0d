/** The wire-level client against nghttp2's own server, which is the reference for HTTP/2. */
import { assertEquals } from "@std/assert";
import { frameMessage } from "../../wire/grpc_frame.ts";
import { OUTCOME } from "../attempt.ts";
import { rememberingSink } from "../generate/testing/remembering_sink.ts";
import { hasNghttpd, startNghttpd } from "../testing/nghttpd.ts";
import { patternBytes } from "../testing/raw_call.ts";
import { grpcHead, httpHead } from "./grpc_head.ts";
import { openGrpcTarget } from "./grpc_target.ts";
import { openHttp2Target } from "./http2_target.ts";
import { openHttp2Connection } from "./open_connection.ts";
import { RecordedStream } from "./testing/recorded_stream.ts";

const ignore = !await hasNghttpd();
const get = (path: string) => httpHead({ method: "GET", path, authority: "localhost" });
const post = httpHead({ method: "POST", path: "/", authority: "localhost" });

Deno.test({
  name: "Http2Connection speaks with an nghttpd of small windows, few streams, padding and no header table",
  ignore,
  fn: async () => {
    const text = "0123456789".repeat(400_000);
    await using server = await startNghttpd(
      ["-w", "12", "-W", "14", "-m", "3", "-b", "200", "-c", "0", "--echo-upload", "--trailer", "after: all"],
      { "large.txt": text },
    );
    const connection = await openHttp2Connection({ address: server.address, streamWindowBytes: 70_000 });
    const large = patternBytes(4 << 20);
    const streams = Array.from({ length: 12 }, (_, index) => {
      const stream = new RecordedStream();
      const isUpload = index % 3 === 0;
      connection.request(
        stream,
        isUpload ? post : get(index % 3 === 1 ? "/large.txt" : "/none"),
        isUpload ? large : undefined,
      );
      return stream;
    });
    connection.flush();
    await Promise.all(streams.map(({ over }) => over));
    const statusOf = (stream: RecordedStream) => stream.headers.find(([name]) => name === ":status")?.[1];
    for (const [index, stream] of streams.entries()) {
      const [status, bytes] = [["200", large.length], ["200", text.length], [
        "404",
        stream.contentBytes,
      ]][index % 3]!;
      assertEquals(
        [statusOf(stream), stream.contentBytes, stream.resetAs],
        [status, bytes, undefined],
        `${index}`,
      );
      assertEquals(stream.trailers, [["after", "all"]]);
    }
    await connection.close();
  },
});

Deno.test({
  name: "Http2Target has 100 plain requests at once with nghttpd, each with one outcome by its status",
  ignore,
  fn: async () => {
    await using server = await startNghttpd(["--echo-upload"], { "x.txt": "hello" });
    const sink = rememberingSink();
    await using target = await openHttp2Target({ address: server.address, connections: 2 }, sink);
    const [found, missing] = [get("/x.txt"), get("/none")];
    for (let index = 0; index < 100; index++) {
      const head = index % 2 === 0 ? found : missing;
      target.send(index, performance.now(), { head, body: new Uint8Array(0) }, 10_000);
    }
    target.flush();
    while (target.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const [index, _planned, sentT, firstT, endT, outcome, code, bytes] of sink.rows) {
      const expected = index! % 2 === 0 ? [OUTCOME.ok, 200, 5] : [OUTCOME.status, 404, bytes];
      assertEquals([outcome, code, bytes], expected);
      assertEquals([sentT! <= firstT!, firstT! <= endT!], [true, true]);
    }
    assertEquals(sink.rows.length, 100);
  },
});

Deno.test({
  name: "GrpcTarget takes an nghttpd that echoes and ends with grpc-status for a gRPC server",
  ignore,
  fn: async () => {
    await using server = await startNghttpd(["--echo-upload", "--trailer", "grpc-status: 0"]);
    const sink = rememberingSink();
    await using target = await openGrpcTarget({ address: server.address }, sink);
    const request = {
      head: grpcHead({ path: "/any.Service/Any", authority: "localhost" }),
      body: frameMessage(patternBytes(100)),
    };
    for (let index = 0; index < 1_000; index++) target.send(index, performance.now(), request, 10_000);
    target.flush();
    while (target.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    assertEquals(sink.rows.filter((row) => row[5] !== OUTCOME.ok || row[7] !== 100), []);
    assertEquals(sink.rows.length, 1_000);
  },
});
