// Two shares over the same items: how they differ, and whether that may be chance.
import { scoreInterval } from '../checkers/pass-rate.ts'

/** How many items both got right, only the one, only the other, neither. */
export type Paired = { both: number; onlyA: number; onlyB: number; neither: number }

/**
 * The p-value of McNemar's test (1947) in its exact form: how likely a split of the items that only one got right is to be as uneven as
 * this, or more, were each a fair coin. 1 where there are none.
 */
export function exactMcNemar({ onlyA, onlyB }: Paired): number {
  const n = onlyA + onlyB
  let logTerm = -n * Math.LN2 // of C(n, 0) / 2^n
  let tail = 0
  for (let k = 0; k <= Math.min(onlyA, onlyB); k++) {
    tail += Math.exp(logTerm)
    logTerm += Math.log((n - k) / (k + 1))
  }
  return Math.min(1, 2 * tail)
}

/**
 * Share of B minus share of A with its 95 % interval (Newcombe 1998, "Improved confidence intervals for the difference between binomial
 * proportions based on paired data", method 10). Of no items `mean` is null.
 */
export function pairedDifference({ both, onlyA, onlyB, neither }: Paired) {
  const of = both + onlyA + onlyB + neither
  const a = scoreInterval(both + onlyA, of)
  const b = scoreInterval(both + onlyB, of)
  if (a.rate === null || b.rate === null) return { mean: null, low: -1, high: 1, of }
  const correlation = phi({ both, onlyA, onlyB, neither })
  const reach = (up: number, down: number) => Math.sqrt(Math.max(0, up ** 2 - 2 * correlation * up * down + down ** 2))
  const difference = b.rate - a.rate
  return {
    mean: difference,
    low: difference - reach(b.rate - b.low, a.high - a.rate),
    high: difference + reach(b.high - b.rate, a.rate - a.low),
    of,
  }
}

/** The correlation of the two outcomes, a positive one corrected for continuity; 0 where a margin is empty. */
function phi({ both, onlyA, onlyB, neither }: Paired): number {
  const of = both + onlyA + onlyB + neither
  const margins = (both + onlyA) * (onlyB + neither) * (both + onlyB) * (onlyA + neither)
  if (margins === 0) return 0
  const determinant = both * neither - onlyA * onlyB
  const corrected = determinant > 0 ? Math.max(0, determinant - of / 2) : determinant
  return corrected / Math.sqrt(margins)
}
