import type { RandomStream } from "../../../model/random.ts";

/** How a delay varies about its given value. */
export type Distribution = "uniform" | "normal" | "pareto";

/** Index of the Pareto tail: a heavy one whose mean and variance still exist. */
const TAIL = 3;

/**
 * A stream of jitter, to be multiplied with `jitterMs`: `uniform` is even in [-1, 1), `normal` has the standard
 * deviation 1, `pareto` is never negative, has the mean 1 and a heavy tail (Lomax, index 3). `constant` is `uniform`
 * with a jitter of 0.
 *
 * Correlated values are an AR(1) process of normal ones with that lag-1 coefficient, mapped to the distribution by its
 * quantiles (a Gaussian copula), so that the distribution stays what it was.
 *
 * @param random Keyed to whatever jitters.
 * @param correlation In [0, 1).
 */
export function jitterStream(
  random: RandomStream,
  distribution: Distribution,
  correlation: number,
): () => number {
  const innovation = Math.sqrt(1 - correlation ** 2);
  let state: number | undefined;
  const normal = () => {
    const fresh = gaussian(random);
    state = state === undefined ? fresh : correlation * state + innovation * fresh;
    return state;
  };
  const share = () => correlation === 0 ? random() : shareBelow(normal());
  switch (distribution) {
    case "uniform":
      return () => 2 * share() - 1;
    case "normal":
      return normal;
    case "pareto":
      return () => (TAIL - 1) * ((1 - Math.min(share(), 1 - 2 ** -32)) ** (-1 / TAIL) - 1);
  }
}

/** Box and Muller's transformation, one of its two values. */
function gaussian(random: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The standard normal distribution function; Abramowitz and Stegun 7.1.26, error below 1e-7. */
function shareBelow(value: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(value) / Math.SQRT2);
  const series = t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = series * Math.exp(-(value ** 2) / 2) / 2;
  return value < 0 ? tail : 1 - tail;
}
