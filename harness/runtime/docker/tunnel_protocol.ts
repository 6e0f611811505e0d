/**
 * How the harness and the relay of a run speak (`fixtures/relay/main.ts` on the far side, `tunnel.ts` on this one).
 *
 * The relay is attached to the networks of all cells and has the only published port. Each TCP connection to that
 * port begins with one line of JSON, a {@link RelayRequest} with the token of the run; a wrong token is answered by
 * closing. The relay answers with one line, `{"ok": true, ...}` or `{"error": <code>, "message": ...}`. Then, by verb:
 *
 * - `hello`: nothing follows; the connection stays open as long as the relay lives.
 * - `dial {host, port}`: the relay has connected there; frames (see below) follow both ways.
 * - `serve {}`: the answer's `port` is where the relay listens for the cells. For each connection that it takes it
 *   sends a line `{"connection": <id>}`. When this connection ends, the relay stops listening there and resets what
 *   came that way.
 * - `take {id}`: frames follow both ways, to and from that taken connection. One that nobody takes within
 *   {@link TAKE_LIMIT_MS} is reset.
 * - `knock {host, port, limitMs}`: the answer's `knock` is what `harness/runtime/knock.ts` says there; then it ends.
 *
 * Frames, and not bare bytes, because Docker's own proxy of published ports stands in between: it turns a reset, and
 * the death of the relay, into an orderly end. `tunnel_frames.ts` has their form.
 */
import { z } from "zod";

/** How long a connection may take until its request line is there. */
export const REQUEST_LIMIT_MS = 10_000;
/** How long the relay tries to connect to a target. */
export const DIAL_LIMIT_MS = 30_000;
/** How long a connection of a cell waits for the harness to take it. */
export const TAKE_LIMIT_MS = 10_000;
/** Connections of one served port that may wait to be taken; more are reset. */
export const WAITING_CONNECTIONS = 1024;
/** Longest line of either side. */
export const LONGEST_LINE_BYTES = 4096;
/** Environment variable by which the relay gets its token, since others can read a command line. */
export const TOKEN_VARIABLE = "MESHPROOF_RELAY_TOKEN";

const host = z.string().min(1).max(255);
const port = z.number().int().min(1).max(65535);
const token = z.string().min(1).max(256);

/** First line of a connection to the relay. */
export const relayRequestSchema = z.discriminatedUnion("verb", [
  z.strictObject({ token, verb: z.literal("hello") }),
  z.strictObject({ token, verb: z.literal("dial"), host, port }),
  z.strictObject({ token, verb: z.literal("serve") }),
  z.strictObject({ token, verb: z.literal("take"), id: z.number().int() }),
  z.strictObject({ token, verb: z.literal("knock"), host, port, limitMs: z.number().min(0).max(600_000) }),
]);
export type RelayRequest = z.infer<typeof relayRequestSchema>;

/** The relay's answer. */
export const relayAnswerSchema = z.union([
  z.object({ ok: z.literal(true), port: port.optional(), knock: z.string().optional() }),
  /** `error` is the code of the operating system, such as `ECONNREFUSED`. */
  z.object({ error: z.string(), message: z.string() }),
]);
export type RelayAnswer = z.infer<typeof relayAnswerSchema>;

/** What the relay writes on a `serve` connection after the answer. */
export const takenConnectionSchema = z.object({ connection: z.number().int() });

/** The relay's first line on its standard output. */
const readySchema = z.object({ event: z.literal("ready"), port });

/** How the relay is started. */
export interface RelayOptions {
  /** What it binds, for the harness and for the cells alike: 0.0.0.0 in a container. */
  readonly bind: string;
  /** Where it listens for the harness; 0 lets the system choose. */
  readonly port: number;
  /** Secret of the run. */
  readonly token: string;
}

/** Arguments and environment for the script `relay`. */
export function relayProgram(
  options: RelayOptions,
): { args: readonly string[]; env: Record<string, string> } {
  return {
    args: ["--bind", options.bind, "--port", String(options.port)],
    env: { [TOKEN_VARIABLE]: options.token },
  };
}

/** The port that a line of the relay's standard output tells; undefined when the line is another one. */
export function readRelayReady(line: string): number | undefined {
  return readySchema.safeParse(jsonOrUndefined(line)).data?.port;
}

/** A value from a line of JSON; undefined when it is none. */
export function jsonOrUndefined(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
