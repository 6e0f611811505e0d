import { type Directions, type Toxic } from "../toxic.ts";
import { afterTime } from "./after_time.ts";

/** Parameters of {@linkcode timeout}. */
export interface TimeoutOptions {
  /** After which a connection is closed; 0 never closes it. */
  readonly afterMs: number;
  /** @default "down" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/**
 * Drops what passes, and closes each connection after a time: Toxiproxy's `timeout`. Ends still pass. Dropped bytes stay
 * lost when it is healed. Witness: bytes came in and did not come out, or connections were ended for it.
 */
export function timeout(options: TimeoutOptions): Toxic {
  const { afterMs, direction: directions = "down", share } = options;
  return {
    kind: "timeout",
    spec: { kind: "timeout", afterMs, direction: directions, share },
    detail: `bytes dropped ${directions}` + (afterMs > 0 ? `, closed after ${afterMs} ms` : ""),
    share,
    arm(control) {
      const armedT = performance.now();
      let droppedBytes = 0;
      const stops = [control.shape({
        directions,
        alter(_connection, _direction, bytes) {
          droppedBytes += bytes.length;
          return bytes.subarray(0, 0);
        },
      })];
      if (afterMs > 0) {
        stops.push(afterTime(control, afterMs, (connection) => {
          control.hit({ connection: connection.ordinal, detail: `closed after ${afterMs} ms` });
          connection.close("timed out by the link");
        }));
      }
      return {
        heal: () => stops.forEach((stop) => stop()),
        witness() {
          const ended = control.counters.ended.filter((each) =>
            each.endedT >= armedT && each.cause === "timed out by the link"
          );
          return {
            witnessed: droppedBytes > 0 || ended.length > 0,
            detail: `${droppedBytes} bytes came in and were dropped; ${ended.length} connections were closed`,
          };
        },
      };
    },
  };
}
