import type { KeyPair } from "../model/mesh.ts";
import type { Fault } from "./fault.ts";

/** A rotation, and how to see it. */
export interface CertificateRotationOptions {
  /** Unique in the cell. @default "rotate certificate" */
  readonly name?: string;
  /** The new leaf. */
  readonly identity: KeyPair;
  /** Offers the leaf to whom it concerns. */
  readonly rotate: (identity: KeyPair) => Promise<void>;
  /** Makes a new handshake and gives the serial that it showed: lower-case hex, empty when there was none. */
  readonly probe: () => Promise<string>;
  /** How long after the offer the new leaf may first be seen. */
  readonly limitMs: number;
}

/**
 * Puts a new leaf certificate in force. There is no way back to the old one: healing does nothing. Witness: a new
 * handshake shows the new serial, in time.
 *
 * @param options The leaf, and both vantages.
 */
export function rotateCertificate(options: CertificateRotationOptions): Fault {
  const { name = "rotate certificate", identity, limitMs } = options;
  const wanted = identity.serial.toLowerCase();
  return {
    name,
    async inject() {
      const beganT = performance.now();
      await options.rotate(identity);
      let seenAfterMs: number | undefined;
      return {
        name,
        detail: `leaf ${wanted} offered`,
        heal: () => Promise.resolve(),
        async witness() {
          if (seenAfterMs === undefined) {
            const shown = await options.probe();
            const afterMs = performance.now() - beganT;
            if (shown !== wanted) {
              return {
                witnessed: false,
                detail: `a handshake ${afterMs.toFixed(0)} ms after the offer shows ${
                  shown || "no leaf"
                }, not ${wanted}`,
              };
            }
            seenAfterMs = afterMs;
          }
          return {
            witnessed: seenAfterMs <= limitMs,
            detail: `a handshake ${
              seenAfterMs.toFixed(0)
            } ms after the offer shows ${wanted}; the limit is ${limitMs} ms`,
          };
        },
      };
    },
  };
}
