/** How a connection behaves. */
export interface Http2ConnectionOptions {
  /** Content that the peer may send on one stream before it was credited. @default 16 MiB */
  readonly streamWindowBytes?: number;
  /** The same for all streams together, at least 65535. @default 1 GiB */
  readonly connectionWindowBytes?: number;
  /** Largest frame that the peer may send. @default 16384 */
  readonly maxFrameBytes?: number;
  /** Odd. @default 1 */
  readonly firstStreamId?: number;
  /** Told after each batch of frames that was read, before what is due in answer is written. */
  readonly onBatch?: () => void;
}

/** Why a connection is over. */
export interface ConnectionEnd {
  /** HTTP/2 code of the last GOAWAY of either side; -1 when there was none. */
  readonly code: number;
  /** `us`: we were asked to end it, or found the peer at fault. */
  readonly by: "peer" | "us";
  readonly why: string;
}
