/** A harness's own connection to a link, as a vantage from outside it. */
import net from "node:net";
import type { Address } from "../../model/mesh.ts";
import { splitAddress } from "../../model/split_address.ts";

/** How an attempt to connect went. */
export interface ConnectOutcome {
  /** `connected`, or the error code, such as `ECONNREFUSED`. */
  readonly outcome: string;
}

/**
 * Tries to connect, and closes the connection at once.
 *
 * @param address `host:port`.
 * @param limitMs After which the outcome is `ETIMEDOUT`.
 */
export function probeConnect(address: Address, limitMs = 1000): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (outcome: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ outcome });
    };
    const timer = setTimeout(() => end("ETIMEDOUT"), limitMs);
    socket.once("connect", () => end("connected"));
    socket.on("error", (error) => end(codeOf(error)));
  });
}

/** A connection that stays open until its peer ends it. */
export interface HeldProbe {
  /** Its own port, as the peer sees it. */
  readonly port: number;
  /** How it ended: an error code such as `ECONNRESET`, `closed` for an orderly end; undefined while it is open. */
  readonly ending: string | undefined;
  /** Resolves when it has ended, or after `limitMs`. */
  ended(limitMs: number): Promise<void>;
  close(): void;
}

/**
 * Opens a connection and holds it.
 *
 * @param address `host:port`.
 * @returns Undefined when the connection is not taken.
 */
export function holdProbe(address: Address): Promise<HeldProbe | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const over = Promise.withResolvers<void>();
    let ending: string | undefined;
    const end = (how: string) => {
      ending ??= how;
      over.resolve();
      resolve(undefined);
    };
    socket.on("error", (error) => end(codeOf(error)));
    socket.on("end", () => end("closed"));
    socket.on("close", () => end("closed"));
    socket.resume();
    socket.once("connect", () =>
      resolve({
        port: socket.localPort ?? 0,
        get ending() {
          return ending;
        },
        ended(limitMs) {
          return new Promise((done) => {
            const timer = setTimeout(done, limitMs);
            void over.promise.then(() => {
              clearTimeout(timer);
              done();
            });
          });
        },
        close: () => socket.destroy(),
      }));
  });
}

function connect(address: Address): net.Socket {
  return net.connect(splitAddress(address, "probe a link at an address"));
}

function codeOf(error: Error): string {
  return (error as { code?: string }).code ?? error.message;
}
