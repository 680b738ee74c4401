// Whether the run learns length in place of quality: margins against differences of length.
import { defined, mean } from './quantiles.ts'
import { change, marginTurn, type PairScore } from './score.ts'

/**
 * `length/correlation`: Pearson's correlation, over the probed pairs, of the margin's change in nats (change of chosen minus change of rejected, whole
 * responses) with the difference of their lengths in tokens, chosen minus rejected; -1 to 1. `length/pairs` says over how many: of few it is mostly chance,
 * its standard error being near 1 / sqrt(pairs). Left out where all differences, or all margins, are the same.
 */
export function lengthReadings(pairs: readonly PairScore[]) {
  // What is rounding alone has no direction.
  const margins = pairs.map((pair) => (marginTurn(pair) === 0 ? 0 : change(pair.chosen) - change(pair.rejected)))
  const lengths = pairs.map(({ chosen, rejected }) => chosen.tokens - rejected.tokens)
  const correlation = pearson(margins, lengths)
  return defined({
    'length/correlation': correlation,
    'length/pairs': Number.isFinite(correlation) ? pairs.length : NaN,
  })
}

/** NaN where one of the two never changes. */
function pearson(xs: readonly number[], ys: readonly number[]): number {
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const sum = (of: (x: number, y: number) => number) =>
    xs.reduce((total, x, i) => total + of(x - meanX, ys[i]! - meanY), 0)
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y))
}
