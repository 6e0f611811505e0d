import { assertEquals } from "@std/assert";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { knock } from "./knock.ts";

/** Has a server listen, knocks at it, and closes it. */
async function knockAt(server: net.Server, limitMs = 5_000): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await knock(`127.0.0.1:${(server.address() as net.AddressInfo).port}`, limitMs);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

Deno.test("knock is answered by a server of HTTP/2 and by one of HTTP/1", async () => {
  const http2Server = http2.createServer();
  http2Server.on("sessionError", () => {});
  http2Server.on("session", (session) => session.on("error", () => {}));
  assertEquals(await knockAt(http2Server as unknown as net.Server), "answered");
  assertEquals(await knockAt(http.createServer()), "answered");
});

Deno.test("knock tells silence, an orderly end, a reset and a refusal apart", async () => {
  const server = (serve: (socket: net.Socket) => void) =>
    net.createServer((socket) => {
      socket.on("error", () => {});
      serve(socket);
    });
  assertEquals(await knockAt(server((socket) => socket.resume()), 30), "silent");
  assertEquals(await knockAt(server((socket) => socket.resume().end())), "closed");
  assertEquals(
    await knockAt(server((socket) => socket.once("data", () => socket.resetAndDestroy()))),
    "ECONNRESET",
  );
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  assertEquals(await knock(`127.0.0.1:${listener.addr.port}`, 5_000), "ECONNREFUSED");
});
