/** What a fault of a link is made of. */
import type { Address } from "../../model/mesh.ts";
import type { Testimony } from "../fault.ts";
import type { LinkConnection } from "./connection.ts";
import type { LinkCounters } from "./counters.ts";
import type { ToxicSpec } from "./toxic_spec.ts";

/** `up`: from who connected to the target. `down`: back. */
export type Direction = "up" | "down";

/** Which directions a toxic works on. */
export type Directions = Direction | "both";

/** What a toxic wants done with the bytes that pass. Every part may be left out. */
export interface Shaper {
  /** Time to hold a chunk; chunks never overtake each other. */
  delayMs?(connection: LinkConnection, direction: Direction): number;
  /** Bytes of that direction are held for as long as this is true. */
  readonly blocks?: Directions;
  /** Bytes of a chunk that may still pass; fewer than offered closes the connection once they are out. */
  allowance?(connection: LinkConnection, direction: Direction, offered: number): number;
  /** Longest piece to write at once. */
  readonly maxChunkBytes?: number;
}

/** What a toxic can do to the link that it is armed on. */
export interface LinkControl {
  readonly name: string;
  readonly seed: number;
  readonly address: Address;
  readonly counters: LinkCounters;
  /** Connections that are open now. */
  connections(): readonly LinkConnection[];
  /** Tells of each connection that is accepted from now on. @returns Ends that. */
  onConnection(listener: (connection: LinkConnection) => void): () => void;
  /** Puts a shaper in force for every connection. @returns Takes it out and lets held bytes go. */
  shape(shaper: Shaper): () => void;
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
