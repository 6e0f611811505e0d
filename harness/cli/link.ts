import { Command, Option } from "commander";
import {
  ApiError,
  listenPlace,
  openToxiproxyServer,
  type ProxyInput,
  type ProxyMessage,
  type ToxiproxyServer,
} from "../faults/link/toxiproxy/mod.ts";
import { UsageError } from "./exit.ts";
import { onInterrupt } from "./interrupt.ts";
import { passingRecorder } from "./link_events.ts";
import { type LinkStart, proxiesToStart } from "./link_options.ts";
import { seedOf } from "./options.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

interface LinkCommandOptions extends LinkStart {
  readonly listen: string;
  readonly seed?: string;
  readonly http2?: boolean;
  readonly allowRemote?: boolean;
  readonly json?: boolean;
}

const MORE = `
Examples:
  meshproof link --proxy 'redis=127.0.0.1:26379->127.0.0.1:6379'
  meshproof link --proxy 'redis=127.0.0.1:26379->127.0.0.1:6379' --toxic redis:latency:latency=100,jitter=20
  meshproof link --config toxiproxy.json --listen 127.0.0.1:0 --json

Clients of Toxiproxy (toxiproxy-cli, and those for Go, Ruby, Node, Java ...) work with it unchanged. Its toxics:
  latency (latency, jitter: ms)      bandwidth (rate: KB/s)       slow_close (delay: ms)   timeout (timeout: ms)
  reset_peer (timeout: ms)           limit_data (bytes)           slicer (average_size, size_variation: bytes, delay: us)
  noop                               down (disables the proxy)
Beside its attributes a toxic takes name=..., stream=upstream|downstream and toxicity=0..1. GET /toxics of the API
lists all with their attributes, also those that Toxiproxy does not have.`;

/** `link`: the fault proxy by itself. */
export function linkCommand(): Command {
  return new Command("link")
    .description(
      "Run the fault proxy by itself: TCP proxies whose traffic can be broken, ruled by Toxiproxy's HTTP API.",
    )
    .option(
      "--listen <host:port>",
      "where the HTTP API listens; port 0 lets the system choose",
      "127.0.0.1:8474",
    )
    .addOption(repeatable("--proxy <proxy>", "a proxy to begin with, NAME=LISTEN->UPSTREAM; may be repeated"))
    .option("--config <file>", "JSON file of proxies to begin with, as Toxiproxy's own")
    .addOption(
      repeatable(
        "--toxic <toxic>",
        "a toxic in force before the first connection, PROXY:TYPE:KEY=VALUE,...; may be repeated",
      ),
    )
    .option("--http2", "proxies understand HTTP/2 and gRPC, which the toxic meshproof_http2 needs")
    .option("--seed <n>", "number that all chance comes from, or 'random'")
    .option("--allow-remote", "let the API and the proxies use addresses that are not of the loopback")
    .option("--json", "print events (ready, connections, hits, notes) as JSON, one a line, and nothing else")
    .addHelpText("after", MORE)
    .action(async (options: LinkCommandOptions) => {
      const terminal = openTerminal(options.json ?? false);
      const proxies = await proxiesToStart(options);
      using interrupt = onInterrupt();
      await using server = await serverFor(options, proxies, terminal);
      if (options.json) {
        terminal.print(JSON.stringify({ event: "ready", address: server.address, proxies: server.initial }));
      } else {
        for (const proxy of server.initial) terminal.print(lineOf(proxy));
        terminal.print(`ready: Toxiproxy's HTTP API on http://${server.address}`);
      }
      // The signal is how it is meant to end, so it is no failure.
      await aborted(interrupt.signal);
    });
}

async function serverFor(
  options: LinkCommandOptions,
  initial: readonly ProxyInput[],
  terminal: Terminal,
): Promise<ToxiproxyServer> {
  const { seed, http2 = false, allowRemote = false, json } = options;
  const recorder = passingRecorder(({ kind, ...event }) => {
    if (json) terminal.print(JSON.stringify({ event: kind, ...event }));
    else if (kind === "note" && "text" in event) terminal.say(event.text);
  });
  try {
    const { bind, port } = listenPlace(options.listen, { allowRemote });
    return await openToxiproxyServer({
      hostname: bind,
      port,
      initial,
      protocol: http2 ? "http2" : "tcp",
      recorder,
      seed: seedOf(seed),
      ...(json
        ? {
          onConnection: (notice) => {
            const t = Number(recorder.now().toFixed(3));
            terminal.print(JSON.stringify({ event: "connection", ...notice, t }));
          },
        }
        : {}),
      allowRemote,
    });
  } catch (error) {
    // What the API would refuse was asked for by an option.
    if (error instanceof ApiError) throw new UsageError(error.message);
    throw error;
  }
}

function lineOf({ name, listen, upstream, enabled, toxics }: ProxyMessage): string {
  const remarks = [...enabled ? [] : ["disabled"], ...toxics.map((toxic) => toxic.name)];
  return `proxy ${name}: ${listen} -> ${upstream}${remarks.length === 0 ? "" : ` (${remarks.join(", ")})`}`;
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((text: string, before: readonly string[] | undefined) => [...before ?? [], text]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
