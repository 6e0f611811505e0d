/** An L4 proxy on loopback that can be told to misbehave. */
import type net from "node:net";
import type { Recorder } from "../../model/event.ts";
import type { Address } from "../../model/mesh.ts";
import { splitAddress } from "../../model/split_address.ts";
import { type ArmedFault, type Fault, once } from "../fault.ts";
import { LinkConnection } from "./connection.ts";
import { type LinkCounters, newCounters } from "./counters.ts";
import { type FaultHits, HitBook } from "./hit_book.ts";
import { Arsenal } from "./arsenal.ts";
import { LinkListener, type LinkPlace } from "./listener.ts";
import type { LinkProtocol } from "./protocol.ts";
import { middleOf } from "./protocol.ts";
import type { Toxic } from "./toxic.ts";

/** A toxic and the name that its fault gets; `<link>/<kind>` unless given. */
export interface NamedToxic {
  readonly toxic: Toxic;
  readonly name?: string;
}

/** How to open a link. */
export interface LinkOptions extends LinkPlace {
  /** Unique in the cell; names the link in the history and keys its random streams. */
  readonly name: string;
  /** Where connections go. */
  readonly target: Address;
  readonly recorder: Recorder;
  /** @default 0 */
  readonly seed?: number;
  /** `http2` reads the frames of every connection, so that its faults can be armed at any time. @default "tcp" */
  readonly protocol?: LinkProtocol;
  /** In force before the first connection is accepted, in this order. @default [] */
  readonly toxics?: readonly NamedToxic[];
  /** Is told of each connection when it has come, and when it has gone: its entry in the books is the latest then. */
  readonly onConnection?: (edge: "accepted" | "ended", connection: LinkConnection) => void;
}

/** What a link has seen so far. Times are those of the process that it lives in. */
export interface LinkBooks extends LinkCounters {
  /** How many connections are open. */
  readonly connections: number;
  /** What each fault that was ever armed has struck, by its name. */
  readonly hits: Readonly<Record<string, FaultHits>>;
}

/** An open link, wherever it lives. */
export interface Link extends AsyncDisposable {
  readonly name: string;
  /** Where to connect in place of the target. */
  readonly address: Address;
  readonly target: Address;
  /** The toxics that it was opened with, in force. */
  readonly armed: readonly ArmedFault[];
  /** A look at its books, now. */
  books(): Promise<LinkBooks>;
  /** Puts a toxic in force at once, without the history; for that see {@linkcode Link.fault} and `injectFault`. */
  arm(toxic: Toxic, name?: string): Promise<ArmedFault>;
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
 * @param options Name and target, and where to listen.
 * @throws {TypeError} When the target is no `host:port`.
 * @throws {Error} When it cannot listen there, or a toxic cannot be armed.
 */
export async function openLink(options: LinkOptions): Promise<LocalLink> {
  const { name, recorder, seed = 0 } = options;
  let target = targetAt(options.target);
  let isTargetDown = false;
  const counters = newCounters();
  const open = new Set<LinkConnection>();
  const book = new HitBook(name, recorder);
  const middle = middleOf(options.protocol ?? "tcp", (text) => note(`link ${name}: ${text}`));
  const note = (text: string) => recorder.record("fault", { kind: "note", text });

  const accept = (accepted: net.Socket) => {
    const ordinal = ++counters.accepted;
    const elsewhere = arsenal.divert(ordinal);
    const goal = elsewhere === undefined ? target : targetAt(elsewhere);
    const connection = new LinkConnection({
      ordinal,
      accepted,
      target: goal,
      counters,
      middle,
      onEnded: (ended) => {
        open.delete(ended);
        book.forget(ended.ordinal);
        options.onConnection?.("ended", ended);
      },
    });
    open.add(connection);
    options.onConnection?.("accepted", connection);
    let hasConnected = false;
    connection.upstream.once("connect", () => {
      hasConnected = true;
      isTargetDown = false;
    });
    connection.upstream.once("error", (error: Error) => {
      if (hasConnected) return;
      counters.targetFailures++;
      // One note a streak: a dead target is asked again and again, and each refusal says the same.
      if (!isTargetDown) {
        note(`link ${name}: target ${goal.address} did not take a connection: ${error.message}`);
      }
      isTargetDown = true;
    });
    arsenal.greet(connection);
  };
  // Connections that come before the toxics are armed are held: none may slip through without them.
  const early: net.Socket[] = [];
  let isOpen = false;
  const listener = await LinkListener.open(
    name,
    options,
    (accepted) => isOpen ? accept(accepted) : void early.push(accepted),
  );
  const arsenal = new Arsenal({
    name,
    seed,
    counters,
    book,
    listener,
    middle,
    open,
    target: () => target.address,
    isAccepting: () => isOpen,
  });
  const close = once(async () => {
    await arsenal.healAll();
    await listener.close();
    for (const connection of [...open]) connection.reset("the link was closed");
    for (const accepted of early) accepted.destroy();
    middle?.close();
  });
  const armed: ArmedFault[] = [];
  try {
    for (const { toxic, name: faultName } of options.toxics ?? []) {
      armed.push(await arsenal.arm(toxic, faultName));
    }
  } catch (error) {
    await close();
    throw error;
  }
  isOpen = true;
  for (const accepted of early.splice(0)) accept(accepted);
  return {
    name,
    address: listener.address,
    get target() {
      return target.address;
    },
    get connections() {
      return open.size;
    },
    armed,
    counters,
    books: () => Promise.resolve(structuredClone({ ...counters, connections: open.size, hits: book.faults })),
    arm: (toxic, faultName) => arsenal.arm(toxic, faultName),
    fault: (toxic, faultName = `${name}/${toxic.kind}`) => ({
      name: faultName,
      inject: () => arsenal.arm(toxic, faultName),
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
