/** An L4 proxy on loopback that can be told to misbehave. */
import net from "node:net";
import type { Recorder } from "../../model/event.ts";
import type { Address } from "../../model/mesh.ts";
import { type ArmedFault, type Fault, once } from "../fault.ts";
import { LinkConnection } from "./connection.ts";
import { splitAddress } from "../../model/split_address.ts";
import { type LinkCounters, newCounters } from "./counters.ts";
import { LinkListener, type LinkPlace } from "./listener.ts";
import type { LinkControl, Shaper, Toxic } from "./toxic.ts";

/** How to open a link. */
export interface LinkOptions extends LinkPlace {
  /** Unique in the cell; names the link in the history and keys its random streams. */
  readonly name: string;
  /** Where connections go. */
  readonly target: Address;
  readonly recorder: Recorder;
  /** @default 0 */
  readonly seed?: number;
}

/** What a link has seen so far. Times are those of the process that it lives in. */
export interface LinkBooks extends LinkCounters {
  /** How many connections are open. */
  readonly connections: number;
}

/** An open link, wherever it lives. */
export interface Link extends AsyncDisposable {
  readonly name: string;
  /** Where to connect in place of the target. */
  readonly address: Address;
  readonly target: Address;
  /** A look at its books, now. */
  books(): Promise<LinkBooks>;
  /** Puts a toxic in force at once, without the history; for that see {@linkcode Link.fault} and `injectFault`. */
  arm(toxic: Toxic): Promise<ArmedFault>;
  /** The toxic as a fault, named `<link>/<kind>` unless `name` is given. */
  fault(toxic: Toxic, name?: string): Fault;
  /** Sends new connections elsewhere; those that are open stay where they are. */
  retarget(target: Address): Promise<void>;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** A link of this process, whose books are always open. */
export interface LocalLink extends Link {
  /** How many connections are open. */
  readonly connections: number;
  readonly counters: LinkCounters;
}

/**
 * Opens a link, on an ephemeral port of 127.0.0.1 unless told otherwise. With no toxic armed it passes bytes as they
 * come.
 *
 * Sockets are node:net's: `resetAndDestroy` sends a real RST there, which nothing in Deno's own API does.
 *
 * @param options Name and target, and where to listen.
 * @throws {TypeError} When the target is no `host:port`.
 * @throws {Error} When it cannot listen there.
 */
export async function openLink(options: LinkOptions): Promise<LocalLink> {
  const { name, recorder, seed = 0 } = options;
  let target = targetAt(options.target);
  let isTargetDown = false;
  const counters = newCounters();
  const open = new Set<LinkConnection>();
  const shapers: Shaper[] = [];
  const arrivals = new Set<(connection: LinkConnection) => void>();
  const armed = new Set<ArmedFault>();

  const accept = (client: net.Socket) => {
    client.setNoDelay(true);
    const upstream = net.connect({
      host: target.host,
      port: target.port,
      allowHalfOpen: true,
      noDelay: true,
    });
    const connection = new LinkConnection({
      ordinal: ++counters.accepted,
      client,
      upstream,
      counters,
      shapers: () => shapers,
      onEnded: (ended) => open.delete(ended),
    });
    open.add(connection);
    let hasConnected = false;
    upstream.once("connect", () => {
      hasConnected = true;
      isTargetDown = false;
    });
    upstream.once("error", (error: Error) => {
      if (hasConnected) return;
      counters.targetFailures++;
      // One note a streak: a dead target is asked again and again, and each refusal says the same.
      if (!isTargetDown) {
        note(`link ${name}: target ${target.address} did not take a connection: ${error.message}`);
      }
      isTargetDown = true;
    });
    for (const listener of [...arrivals]) listener(connection);
  };
  const note = (text: string) => recorder.record("fault", { kind: "note", text });
  const listener = await LinkListener.open(name, options, accept);

  const control: LinkControl = {
    name,
    seed,
    address: listener.address,
    counters,
    connections: () => [...open],
    onConnection: (told) => {
      arrivals.add(told);
      return () => arrivals.delete(told);
    },
    shape: (shaper) => {
      shapers.push(shaper);
      return () => {
        const index = shapers.indexOf(shaper);
        if (index >= 0) shapers.splice(index, 1);
        for (const connection of open) connection.reconsider(true);
      };
    },
    closeListener: () => listener.close(),
    openListener: () => listener.reopen(),
  };

  const arm = async (toxic: Toxic, faultName = `${name}/${toxic.kind}`): Promise<ArmedFault> => {
    const inForce = await toxic.arm(control);
    const fault: ArmedFault = {
      name: faultName,
      detail: `${toxic.detail} on link ${name} (${listener.address} to ${target.address})`,
      witness: async () => await inForce.witness(),
      heal: once(async () => {
        armed.delete(fault);
        await inForce.heal();
      }),
    };
    armed.add(fault);
    return fault;
  };
  const close = once(async () => {
    await Promise.allSettled([...armed].map((fault) => fault.heal()));
    await listener.close();
    for (const connection of [...open]) connection.reset("the link was closed");
  });
  return {
    name,
    address: listener.address,
    get target() {
      return target.address;
    },
    get connections() {
      return open.size;
    },
    counters,
    books: () => Promise.resolve(structuredClone({ ...counters, connections: open.size })),
    arm: (toxic) => arm(toxic),
    fault: (toxic, faultName = `${name}/${toxic.kind}`) => ({
      name: faultName,
      inject: () => arm(toxic, faultName),
    }),
    retarget: (address) => {
      target = targetAt(address);
      return Promise.resolve();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function targetAt(address: Address): { address: Address; host: string; port: number } {
  return { address, ...splitAddress(address, "link to a target") };
}
