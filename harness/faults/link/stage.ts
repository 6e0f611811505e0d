/** What sees the bytes of a connection before any toxic does: a protocol's own middle, such as HTTP/2's. */
import type { Direction } from "./toxic.ts";

/** One for each connection. It gets what the peers send, in order, and passes on what it likes. */
export interface ConnectionStage {
  /** Bytes of a sender; the stage's own from then on. */
  push(direction: Direction, bytes: Uint8Array): void;
  /** The sender of that direction has ended (FIN), after its last bytes. */
  end(direction: Direction): void;
  /** Bytes that are held back; the link stops reading from a sender of whom too many are. */
  heldBytes(direction: Direction): number;
  /** The connection is gone, however it ended. */
  close(): void;
}

/** What a stage can do to its connection. */
export interface StagePort {
  /** 1 for the first connection of the link. */
  readonly ordinal: number;
  /** Sends bytes on in that direction, by way of the toxics. They must not be changed afterwards. */
  write(direction: Direction, bytes: Uint8Array): void;
  /** Passes the end of that direction on (FIN), after what was written. */
  end(direction: Direction): void;
  /** Sends a RST on both sides. */
  reset(cause: string): void;
  /** Closes both sides in order, after what was written is out. */
  close(cause: string): void;
  /** To be called when fewer bytes are held than before. */
  reconsider(): void;
}

/** One for each link that was opened in a protocol's mode; makes the stages. */
export interface LinkMiddle {
  stage(port: StagePort): ConnectionStage;
  /** The link is closed. */
  close(): void;
}
