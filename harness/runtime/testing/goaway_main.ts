/**
 * Makes 2000 calls over one HTTP/2 session, 50 in flight, and then lets the client say GOAWAY, which makes the
 * server's session close itself while it reads that. Argument: `safe` or `bare`. It prints `lived` once the
 * server's session has closed; without the guard the process aborts before.
 */
import http2 from "node:http2";
import type { AddressInfo } from "node:net";

const CALLS = 2_000;
const IN_FLIGHT = 50;

// A hang is no abort, and no life either.
setTimeout(() => Deno.exit(3), 30_000);
if (Deno.args[0] === "safe") await import("../safe_http2.ts");
const closed = Promise.withResolvers<void>();
const server = http2.createServer();
server.on("session", (session) => session.on("close", () => closed.resolve()));
server.on("stream", (stream: http2.ServerHttp2Stream) => {
  // Trailers, as every gRPC server sends them.
  stream.respond({ ":status": 200 }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end("hi");
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

let begun = 0;
async function callOnAndOn(): Promise<void> {
  while (begun++ < CALLS) {
    const call = client.request({ ":path": "/", ":method": "POST" });
    const ended = new Promise<void>((resolve) => call.on("close", () => resolve()));
    call.resume();
    call.end("hello");
    await ended;
  }
}
await Promise.all(Array.from({ length: IN_FLIGHT }, callOnAndOn));
client.goaway(0);
await closed.promise;
// What was freed too early may be noticed a little later only.
for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
await Deno.stdout.write(new TextEncoder().encode("lived\n"));
Deno.exit(0);
