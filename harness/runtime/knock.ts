import net from "node:net";
import type { Address } from "../model/mesh.ts";
import type { Knock } from "../model/runtime.ts";
import { splitAddress } from "../model/split_address.ts";

/**
 * Connection preface of HTTP/2 with empty SETTINGS (RFC 9113, 3.4). An HTTP/2 server answers with its own SETTINGS,
 * an HTTP/1 server with 400, a TLS server with an alert: whoever is alive says something.
 */
const PREFACE = new Uint8Array([
  ...new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  ...[0, 0, 0, 4, 0, 0, 0, 0, 0],
]);

/**
 * Connects, says hello, and waits for the first bytes that come back.
 *
 * @param address `host:port`.
 * @param limitMs After which a server that took the connection counts as silent.
 */
export function knock(address: Address, limitMs: number): Promise<Knock> {
  const target = splitAddress(address, "knock at an address");
  return new Promise((resolve) => {
    const socket = net.connect(target);
    let hasConnected = false;
    const end = (outcome: Knock) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end(hasConnected ? "silent" : "ETIMEDOUT"), limitMs);
    socket.once("connect", () => {
      hasConnected = true;
      socket.write(PREFACE);
    });
    socket.once("data", () => end("answered"));
    socket.on("error", (error: Error & { code?: string }) => end(error.code ?? error.message));
    socket.on("end", () => end("closed"));
  });
}
