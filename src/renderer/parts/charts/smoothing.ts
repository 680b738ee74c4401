// Smoothing of a whole series by a de-biased exponential moving average (Kingma & Ba 2015, section 3, for the bias).

/**
 * The running mean of `values` with memory `weight` from 0 (none) to below 1.
 * Dividing by 1 - weight^n keeps the first values from being pulled towards zero. Gaps (null) stay gaps and weigh nothing.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values]
  let mean = 0
  let left = 1
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null
    mean = weight * mean + (1 - weight) * value
    left *= weight
    return mean / (1 - left)
  })
}
