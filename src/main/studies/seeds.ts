// Means over the seeds of an arm. Two runs of one arm differ by their seed alone, so the interval says what a seed may do, not what other pairs would.
import type { Mean } from '#contract'

export const seedsOf = ({ seeds }: { seeds: number }): number[] => Array.from({ length: seeds }, (_, seed) => seed)

/** 97.5 % quantiles of Student's t distribution for 1 to 19 degrees of freedom (Student 1908): a study has at most 20 seeds. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093,
]

/** The mean with its 95 % interval; null and NaN, of seeds that never got there, are left out and not in `of`. */
export function overSeeds(given: readonly (number | null | undefined)[]): Mean {
  const values = given.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
  const of = values.length
  if (of === 0) return { mean: null, low: null, high: null, of }
  const mean = values.reduce((sum, value) => sum + value, 0) / of
  if (of === 1) return { mean, low: null, high: null, of }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (of - 1)
  const reach = quantiles[Math.min(of, 20) - 2]! * Math.sqrt(variance / of)
  return { mean, low: mean - reach, high: mean + reach, of }
}

/** What each seed came to as one number: that of a single seed with its own interval, several as their mean with Student's. */
export function acrossSeeds(each: readonly (Mean | undefined)[]): Mean {
  const known = each.filter((one) => one !== undefined)
  return known.length === 1 ? known[0]! : overSeeds(known.map(({ mean }) => mean))
}
