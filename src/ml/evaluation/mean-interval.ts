// A mean over independent items, with its uncertainty.
import { z } from '../checkers/pass-rate.ts'
import { mean } from '../diagnostics/quantiles.ts'

/** `low` and `high` bound the mean with 95 % confidence; null where there is nothing to tell them from. */
export type MeanInterval = { mean: number | null; low: number | null; high: number | null; of: number }

/** Mean of the finite values with Student's t interval (1908); of fewer than two values there are no bounds. */
export function meanInterval(given: readonly number[]): MeanInterval {
  const values = given.filter((value) => Number.isFinite(value))
  const of = values.length
  if (of === 0) return { mean: null, low: null, high: null, of }
  const centre = mean(values)
  if (of === 1) return { mean: centre, low: null, high: null, of }
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (of - 1)
  const reach = studentQuantile(of - 1) * Math.sqrt(variance / of)
  return { mean: centre, low: centre - reach, high: centre + reach, of }
}

/**
 * The 97.5 % quantile of Student's t distribution. Exact for 1 and 2 degrees of freedom, else the expansion about the normal quantile
 * (Abramowitz and Stegun 1964, 26.7.5), which is right to 0.02 at 3 and to 0.001 from 6 on.
 */
export function studentQuantile(degrees: number): number {
  if (degrees === 1) return Math.tan(0.475 * Math.PI)
  if (degrees === 2) return 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2))
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ]
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), z)
}
