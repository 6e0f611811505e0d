import type { Recorder } from "../../../model/event.ts";
import type { LinkProtocol } from "../protocol.ts";
import type { AddressPolicy } from "./address.ts";
import type { ToxicType } from "./toxic_type.ts";

/** What happens to a connection. */
export type ConnectionEdge = "accepted" | "ended";

/** A connection of a proxy came or went. */
export interface ConnectionNotice {
  readonly proxy: string;
  /** 1 for the first since the proxy was enabled. */
  readonly connection: number;
  readonly edge: ConnectionEdge;
  /** Why it ended. */
  readonly cause?: string;
  /** Bytes handed to the upstream, and back to who had connected, once it has ended. */
  readonly bytesOut?: Readonly<Record<"up" | "down", number>>;
}

/** What all proxies of a server have in common. */
export interface HostOptions extends AddressPolicy {
  readonly recorder: Recorder;
  readonly seed: number;
  /** What proxies understand that do not say it. */
  readonly protocol: LinkProtocol;
  readonly types: ReadonlyMap<string, ToxicType>;
  /** Is told of every connection. */
  readonly onConnection?: (notice: ConnectionNotice) => void;
}
