/** What counters and round trips say of netem; pure. */
import type { Testimony } from "../fault.ts";
import type { NetemEffects, NetemLook } from "./netem.ts";

/** A median of few round trips lies within the jitter, and clocks tick. */
const DELAY_SEEN = 0.8;

/**
 * Weighs it: every effect that was asked for must have been seen.
 *
 * @param before Without the fault.
 * @param now Under it.
 */
export function weighNetem(effects: NetemEffects, before: NetemLook, now: NetemLook): Testimony {
  const { delayMs = 0, jitterMs = 0, lossShare = 0, duplicateShare = 0, reorderShare = 0 } = effects;
  const seen: { readonly holds: boolean; readonly words: string }[] = [];
  if (delayMs > 0) {
    const moved = now.roundTripMs === undefined || before.roundTripMs === undefined
      ? undefined
      : now.roundTripMs - before.roundTripMs;
    seen.push({
      holds: moved !== undefined && moved >= (delayMs - jitterMs) * DELAY_SEEN,
      words: moved === undefined
        ? "no knock was answered"
        : `the round trip of a knock grew by ${moved.toFixed(1)} ms`,
    });
  }
  if (lossShare > 0) {
    const drops = now.sent?.drops ?? 0;
    seen.push({ holds: drops > 0, words: `the kernel lost ${drops} packets` });
  }
  if (duplicateShare > 0) {
    const twice = now.received.duplicates - before.received.duplicates;
    seen.push({ holds: twice > 0, words: `the peer had ${twice} segments twice` });
  }
  if (reorderShare > 0) {
    const early = now.received.outOfOrder - before.received.outOfOrder;
    seen.push({ holds: early > 0, words: `the peer had ${early} segments before their turn` });
  }
  return {
    witnessed: seen.length > 0 && seen.every(({ holds }) => holds),
    detail: seen.map(({ words }) => words).join("; "),
  };
}
