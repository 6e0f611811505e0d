import { type Directions, type Toxic } from "../toxic.ts";

/** Parameters of {@linkcode slowClose}. */
export interface SlowCloseOptions {
  /** How long the end of a direction is held. */
  readonly delayMs: number;
  /** @default "down" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/** Timers may not fire early, but clocks are read one after the other. */
const SEEN_SHARE = 0.8;

/**
 * Holds the end of a connection (FIN) for a while; bytes pass at once. Witness: the books of ended connections, one of
 * which ended that much later than its peer asked for.
 */
export function slowClose(options: SlowCloseOptions): Toxic {
  const { delayMs, direction: directions = "down", share } = options;
  return {
    kind: "slow_close",
    spec: { kind: "slow_close", delayMs, direction: directions, share },
    detail: `ends held for ${delayMs} ms ${directions}`,
    share,
    arm(control) {
      const askedT = new Map<number, number>();
      const heal = control.shape({
        directions,
        tellsHits: true,
        endDelayMs(connection, direction) {
          if (askedT.size < 1024) askedT.set(connection.ordinal, performance.now());
          const detail = `end held for ${delayMs} ms`;
          control.hit({ connection: connection.ordinal, direction, detail });
          return delayMs;
        },
      });
      return {
        heal,
        witness() {
          const late = control.counters.ended.filter(({ ordinal, endedT }) =>
            endedT - (askedT.get(ordinal) ?? Infinity) >= SEEN_SHARE * delayMs
          );
          return {
            witnessed: late.length > 0,
            detail: `${late.length} connections ended ${delayMs} ms after a peer had ended its side`,
          };
        },
      };
    },
  };
}
