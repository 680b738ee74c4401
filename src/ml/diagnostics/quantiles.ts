// Means, shares and quantiles over probes.

/** Mean; of nothing, NaN. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Share of the values that satisfy the condition, 0 to 1; of nothing, NaN. */
export function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return mean(values.map((value) => (holds(value) ? 1 : 0)))
}

/** The q-quantile, 0 <= q <= 1, interpolated between neighbours (type 7 of Hyndman and Fan 1996, numpy's default). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = q * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? NaN
  const above = sorted[Math.ceil(at)] ?? NaN
  return below + (above - below) * (at - Math.floor(at))
}

/** The readings that are numbers: one that is undefined (no probes, nothing to divide by) is left out, never reported as NaN. */
export function defined<Name extends string>(readings: Record<Name, number>): Partial<Record<Name, number>> {
  const entries = Object.entries<number>(readings).filter(([, value]) => Number.isFinite(value))
  return Object.fromEntries(entries) as Partial<Record<Name, number>>
}
