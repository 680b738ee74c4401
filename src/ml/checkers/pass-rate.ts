// How often responses pass, with its uncertainty, and how two such shares compare.

/** `low` and `high` bound the share with 95 % confidence; of no responses `rate` is null and the bounds are 0 and 1. */
export type PassRate = { passed: number; of: number; rate: number | null; low: number; high: number }

/** The 97.5 % quantile of the standard normal distribution. */
export const z = 1.959963984540054

/** Share of responses that passed, with Wilson's score interval (1927). Throws when the counts are not whole or `passed` exceeds `of`. */
export function passRate(passed: number, of: number): PassRate {
  if (!Number.isSafeInteger(passed) || !Number.isSafeInteger(of) || passed < 0 || passed > of)
    throw new Error(`A pass rate needs whole numbers 0 <= passed <= of, got ${passed} of ${of}.`)
  return scoreInterval(passed, of)
}

/** Wilson's score interval as above where `passed` need not be whole: where a tie counts as half it is too wide and never too narrow. */
export function scoreInterval(passed: number, of: number): PassRate {
  if (of === 0) return { passed, of, rate: null, low: 0, high: 1 }
  const rate = passed / of
  const centre = (rate + z ** 2 / (2 * of)) / (1 + z ** 2 / of)
  const reach = (z / (1 + z ** 2 / of)) * Math.sqrt((rate * (1 - rate)) / of + z ** 2 / (4 * of ** 2))
  // Exact at the ends, where rounding would leave 1e-17.
  return {
    passed,
    of,
    rate,
    low: passed === 0 ? 0 : Math.max(0, centre - reach),
    high: passed === of ? 1 : Math.min(1, centre + reach),
  }
}

/**
 * Two shares of independent responses side by side: whether their 95 % intervals overlap, and `after` minus `before` with its
 * own 95 % interval (Newcombe 1998, method 10). Intervals may overlap although that of the difference leaves out 0.
 * Where either share is of nothing, `difference` is null and its bounds are -1 and 1.
 */
export function twoProportions(
  before: PassRate,
  after: PassRate,
): { overlap: boolean; difference: number | null; low: number; high: number } {
  const overlap = before.low <= after.high && after.low <= before.high
  if (before.rate === null || after.rate === null) return { overlap, difference: null, low: -1, high: 1 }
  const difference = after.rate - before.rate
  return {
    overlap,
    difference,
    low: difference - Math.hypot(after.rate - after.low, before.high - before.rate),
    high: difference + Math.hypot(after.high - after.rate, before.rate - before.low),
  }
}
