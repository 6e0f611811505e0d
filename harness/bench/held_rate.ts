/** The largest rate at which something holds. */

/** How it is searched for. */
export interface HeldRateSearch {
  readonly startPerSecond: number;
  /** By which the rate grows while it holds. */
  readonly growth: number;
  /** How often the gap between what holds and what does not is halved. */
  readonly halvings: number;
  /** No rate beyond is tried. */
  readonly mostPerSecond: number;
}

/**
 * Grows the rate until it does not hold, then halves the gap. Where the first rate does not hold, lower ones are tried.
 *
 * @param holds Tries a rate.
 * @returns The largest rate that held, per second; 0 when none did.
 */
export async function largestHeldRate(
  search: HeldRateSearch,
  holds: (ratePerSecond: number) => Promise<boolean>,
): Promise<number> {
  const { growth, mostPerSecond } = search;
  let held = 0;
  let broken: number | undefined;
  let rate = search.startPerSecond;
  while (broken === undefined && rate <= mostPerSecond) {
    if (await holds(Math.round(rate))) {
      held = rate;
      rate *= growth;
    } else broken = rate;
  }
  while (held === 0 && broken !== undefined && broken > search.startPerSecond / growth ** LOWER_TRIES) {
    rate = broken / growth;
    if (await holds(Math.round(rate))) held = rate;
    else broken = rate;
  }
  if (held === 0 || broken === undefined) return Math.round(held);
  for (let halving = 0; halving < search.halvings; halving++) {
    rate = Math.sqrt(held * broken);
    if (await holds(Math.round(rate))) held = rate;
    else broken = rate;
  }
  return Math.round(held);
}

const LOWER_TRIES = 6;
