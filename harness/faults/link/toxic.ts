/** What a fault of a link is made of. */
import type { Address } from "../../model/mesh.ts";
import type { Testimony } from "../fault.ts";
import type { LinkConnection } from "./connection.ts";
import type { LinkCounters } from "./counters.ts";
import type { Hit } from "./hit_book.ts";
import type { LinkMiddle } from "./stage.ts";
import type { ToxicSpec } from "./toxic_spec.ts";

/** `up`: from who connected to the target. `down`: back. */
export type Direction = "up" | "down";

/** Which directions a toxic works on. */
export type Directions = Direction | "both";

/**
 * What a toxic wants done with the bytes that pass. Every part may be left out. Shapers work in the order in which
 * they were armed, each on what the one before made of the bytes; nothing ever overtakes what came before it.
 */
export interface Shaper {
  /** Whose bytes it works on. */
  readonly directions: Directions;
  /** What goes on in place of these bytes, which it may change; nothing at all when that is empty. */
  alter?(connection: LinkConnection, direction: Direction, bytes: Uint8Array): Uint8Array;
  /** Length of the next piece of so many bytes. */
  pieceBytes?(connection: LinkConnection, direction: Direction, bytes: number): number;
  /** When a piece may go (`performance.now()`), given when it might without this. */
  dueT?(connection: LinkConnection, direction: Direction, bytes: number, dueT: number): number;
  /** Whether all that is held stays so: bytes, ends and resets. Looked at whenever the link is reconsidered. */
  blocks?(connection: LinkConnection, direction: Direction): boolean;
  /** Bytes of a piece that may still pass. Once not one more may, `whenSpent` happens. */
  allowance?(connection: LinkConnection, direction: Direction, offered: number): number;
  /** `end` passes a FIN on and drops the rest of that direction. @default "close" */
  readonly whenSpent?: "close" | "end" | "reset";
  /** Told just before `whenSpent`. */
  onSpent?(connection: LinkConnection, direction: Direction): void;
  /** How long the end of a direction (FIN) is held. */
  endDelayMs?(connection: LinkConnection, direction: Direction): number;
  /** Bytes that a connection may hold in one direction before its sender has to wait. */
  readonly holdBytes?: number;
  /** Tells its strikes by itself; otherwise the first bytes of each connection that come by are one. */
  readonly tellsHits?: boolean;
}

/** Sends new connections elsewhere than to the target. */
export type Divert = (ordinal: number) => Address | undefined;

/** What a toxic can do to the link that it is armed on. One for each arming. */
export interface LinkControl {
  readonly name: string;
  readonly seed: number;
  readonly address: Address;
  readonly target: Address;
  /** Name of the fault; keys its random streams and its hits. */
  readonly faultName: string;
  readonly counters: LinkCounters;
  /** What the link's protocol has between the sockets, where it was opened with one. */
  readonly middle: LinkMiddle | undefined;
  /** Whether new connections are taken yet: not while the toxics are armed that a link is opened with. */
  isAccepting(): boolean;
  /** Connections that are open now. */
  connections(): readonly LinkConnection[];
  /** Tells of each connection that is accepted from now on. @returns Ends that. */
  onConnection(listener: (connection: LinkConnection) => void): () => void;
  /** Whether the toxic strikes that connection: always, or by its seeded share. */
  strikes(ordinal: number): boolean;
  /** Puts a shaper in force for every connection that is struck. @returns Takes it out and lets held bytes go. */
  shape(shaper: Shaper): () => void;
  /** Has new connections go elsewhere. @returns Ends that. */
  divert(divert: Divert): () => void;
  /** Looks again at what is held, after a shaper has changed its mind. */
  reconsider(): void;
  /** Tells that a connection was struck. */
  hit(hit: Hit): void;
  /** Counts what went by way of the toxic. */
  count(passed: { readonly bytes?: number; readonly pieces?: number }): void;
  /** Stops listening: the kernel refuses new connections. Nested calls count. */
  closeListener(): Promise<void>;
  /** Listens again on the same port once every `closeListener` has been answered by this. */
  openListener(): Promise<void>;
}

/** A toxic in force. */
export interface ArmedToxic {
  witness(): Promise<Testimony> | Testimony;
  heal(): Promise<void> | void;
}

/** A fault of a link, not yet armed. */
export interface Toxic {
  readonly kind: ToxicSpec["kind"];
  /** Kind and parameters as data. */
  readonly spec: ToxicSpec;
  /** Kind and parameters in words. */
  readonly detail: string;
  /** Share of connections that it strikes. @default 1 */
  readonly share?: number | undefined;
  arm(control: LinkControl): Promise<ArmedToxic> | ArmedToxic;
}

/** Whether a toxic on `directions` works on `direction`. */
export function covers(directions: Directions | undefined, direction: Direction): boolean {
  return directions === "both" || directions === direction;
}

/** The single directions of `directions`. */
export function each(directions: Directions): readonly Direction[] {
  return directions === "both" ? ["up", "down"] : [directions];
}
