/**
 * Binomial statistics for judging a share once, with stated error rates. Exact tails by the regularised incomplete
 * beta function (DLMF 8.17, continued fraction 8.17.22), so that small samples are judged as rightly as large ones.
 */

/** False-alarm rate of a statistical verdict on an honest mesh. */
export const ALPHA = 1e-4;
/** Quantiles of the standard normal for the planning of sample sizes: two-sided alpha 1e-4, and power 99.5 %. */
const Z_ALPHA = 3.8906;
const Z_POWER = 2.5758;

/**
 * How many calls tell a share of `honest` from one of `dishonest` with alpha 1e-4 and a power of at least 99 %
 * (planned for 99.5 %, since the plan rests on the normal approximation).
 *
 * @param honest Share that the policy promises, 0 to 1.
 * @param dishonest Nearest share that must be caught, 0 to 1.
 */
export function sampleSizeForShare(honest: number, dishonest: number): number {
  const spread = Z_ALPHA * Math.sqrt(honest * (1 - honest)) +
    Z_POWER * Math.sqrt(dishonest * (1 - dishonest));
  return Math.ceil((spread / (honest - dishonest)) ** 2);
}

/**
 * Two-sided p-value of `hits` in `total` draws of probability `share`: twice the smaller tail, at most 1.
 *
 * @throws RangeError When the counts or the share are out of range.
 */
export function binomialPValue(hits: number, total: number, share: number): number {
  if (!(total > 0 && hits >= 0 && hits <= total && share > 0 && share < 1)) {
    throw new RangeError(
      `Cannot judge a share as 0 <= hits <= total and 0 < share < 1 must hold: ` +
        `current values are ${hits}, ${total}, ${share}`,
    );
  }
  // P(X <= k) = I_{1-p}(n-k, k+1) and P(X >= k) = I_p(k, n-k+1)
  const lower = hits === total ? 1 : incompleteBeta(1 - share, total - hits, hits + 1);
  const upper = hits === 0 ? 1 : incompleteBeta(share, hits, total - hits + 1);
  return Math.min(1, 2 * Math.min(lower, upper));
}

/** Regularised incomplete beta function I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  // The fraction converges quickly on one side of the mean only; the other side is its mirror image.
  return x < (a + 1) / (a + b + 2)
    ? front * betaFraction(x, a, b) / a
    : 1 - front * betaFraction(1 - x, b, a) / b;
}

/** Continued fraction of the incomplete beta function by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guard = (value: number) => Math.abs(value) < tiny ? tiny : value;
  let c = 1;
  let d = 1 / guard(1 - (a + b) * x / (a + 1));
  let result = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    result *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-14) return result;
  }
  return result;
}

/** ln Γ(z) for z > 0 by Stirling's series, after raising z so that the series is exact to double precision. */
function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  while (x < 15) {
    shift += Math.log(x);
    x += 1;
  }
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
