/** How the rate of arrivals changes with time: stretches of straight line, one after the other. */

/** A stretch over which the rate goes in a straight line. */
export interface RateStretch {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  /** How long it lasts; only the last stretch of a curve may do without, and then goes on for ever at one rate. */
  readonly durationMs?: number;
}

/** Stretches in order; a curve that repeats begins again when the last is over. */
export interface RateCurve {
  readonly stretches: readonly RateStretch[];
  readonly repeats?: boolean;
}

/**
 * @throws {RangeError} When a rate is negative, a duration is not above zero, nothing ever arrives, or a stretch without
 * end is not the last one, is sloped, or is to be repeated.
 */
export function checkRateCurve({ stretches, repeats = false }: RateCurve): void {
  stretches.forEach(({ fromPerSecond, toPerSecond, durationMs }, index) => {
    for (const [name, value] of [["fromPerSecond", fromPerSecond], ["toPerSecond", toPerSecond]] as const) {
      if (!Number.isFinite(value) || value < 0) {
        fail(`${name} of stretch ${index} must be a number of at least 0: current value is ${value}`);
      }
    }
    if (durationMs === undefined) {
      if (index < stretches.length - 1 || repeats || fromPerSecond !== toPerSecond) {
        fail(`durationMs of stretch ${index} must be given unless it is the last, level and not repeated`);
      }
    } else if (!Number.isFinite(durationMs) || durationMs <= 0) {
      fail(`durationMs of stretch ${index} must be above 0: current value is ${durationMs}`);
    }
  });
  if (!stretches.some(({ fromPerSecond, toPerSecond }) => fromPerSecond + toPerSecond > 0)) {
    fail(`a rate must be above 0: current value is ${JSON.stringify(stretches)}`);
  }
}

/** Arrivals that the curve expects from its start until `t` milliseconds later. */
export function arrivalsUntil(curve: RateCurve, t: number): number {
  const periodMs = curve.stretches.reduce((sum, { durationMs = Infinity }) => sum + durationMs, 0);
  const perPeriod = curve.stretches.reduce((sum, stretch) => sum + arrivalsOf(stretch), 0);
  const periods = curve.repeats ? Math.floor(t / periodMs) : 0;
  let count = periods === 0 ? 0 : periods * perPeriod;
  let restMs = periods === 0 ? t : t - periods * periodMs;
  for (const stretch of curve.stretches) {
    const { fromPerSecond, toPerSecond, durationMs = Infinity } = stretch;
    const spentMs = Math.min(restMs, durationMs);
    const slope = durationMs === Infinity ? 0 : (toPerSecond - fromPerSecond) / durationMs;
    count += (fromPerSecond * spentMs + slope * spentMs * spentMs / 2) / 1000;
    restMs -= spentMs;
    if (restMs <= 0) break;
  }
  return count;
}

/**
 * The inverse of {@linkcode arrivalsUntil}, exact by the closed form of each stretch. A cursor: it is asked for numbers
 * of arrivals that never fall, and each answer costs a few operations, whatever the curve's length.
 *
 * @returns Milliseconds after the start at which so many arrivals are expected; Infinity beyond the curve's end.
 */
export function timeOfArrivals(curve: RateCurve): (arrivals: number) => number {
  const { stretches, repeats = false } = curve;
  const perPeriod = stretches.reduce((sum, stretch) => sum + arrivalsOf(stretch), 0);
  const periodMs = stretches.reduce((sum, { durationMs = Infinity }) => sum + durationMs, 0);
  let period = 0;
  let at = 0;
  let beganMs = 0;
  let before = 0;
  return (arrivals) => {
    for (;;) {
      const stretch = stretches[at];
      if (stretch === undefined) return Infinity;
      const inStretch = arrivalsOf(stretch);
      if (arrivals - before < inStretch) return beganMs + timeWithin(stretch, Math.max(0, arrivals - before));
      at++;
      before += inStretch;
      beganMs += stretch.durationMs ?? Infinity;
      if (at < stretches.length || !repeats) continue;
      // From the number of the period each time: adding up would let the rounding drift.
      period++;
      at = 0;
      before = period * perPeriod;
      beganMs = period * periodMs;
    }
  };
}

function arrivalsOf({ fromPerSecond, toPerSecond, durationMs = Infinity }: RateStretch): number {
  const mean = (fromPerSecond + toPerSecond) / 2;
  return mean === 0 ? 0 : mean * durationMs / 1000;
}

function timeWithin({ fromPerSecond, toPerSecond, durationMs }: RateStretch, arrivals: number): number {
  if (arrivals === 0) return 0;
  if (durationMs === undefined || fromPerSecond === toPerSecond) return arrivals * 1000 / fromPerSecond;
  // Root of slope/2 t^2 + from t = arrivals, in the form that loses no digits when the slope is small.
  const slope = (toPerSecond - fromPerSecond) / durationMs;
  const root = Math.sqrt(Math.max(0, fromPerSecond * fromPerSecond + 2 * slope * arrivals * 1000));
  return Math.min(durationMs, 2 * arrivals * 1000 / (fromPerSecond + root));
}

function fail(what: string): never {
  throw new RangeError(`Cannot plan arrivals as ${what}`);
}
