// beta-DPO: DPO whose beta follows each batch and whose outlying pairs are left out (Wu et al., arXiv 2407.08639, and its authors' code).
// Host arithmetic on the margins M = h_w - h_l of a step, in nats and not times beta; the loss is `dpoLoss` at the batch's beta.
import type { RandomStream } from '../random.ts'

/** M_0 and sigma: moving averages of the mean and the standard deviation of batches' margins, in nats. */
export type MarginStatistics = { mean: number; deviation: number }

/**
 * M_0 and sigma after a batch: momentum times the old plus (1 - momentum) times the batch's, with the deviation over n - 1.
 * `before` is null at the first batch, which sets them. The authors' code begins at 0 instead, by which the first sigmas are ten times too
 * small. A batch of one pair leaves the deviation as it was. momentum in [0, 1), 0.9 in the code.
 */
export function marginStatistics(
  before: MarginStatistics | null,
  margins: readonly number[],
  { momentum = 0.9 }: { momentum?: number } = {},
): MarginStatistics {
  const n = margins.length
  if (n === 0) return before ?? { mean: 0, deviation: 0 }
  const mean = meanOf(margins)
  const spread = margins.reduce((sum, margin) => sum + (margin - mean) ** 2, 0)
  const deviation = n > 1 ? Math.sqrt(spread / (n - 1)) : (before?.deviation ?? 0)
  if (!before) return { mean, deviation }
  const moved = (old: number, now: number) => momentum * old + (1 - momentum) * now
  return { mean: moved(before.mean, mean), deviation: moved(before.deviation, deviation) }
}

/** Weights exp(-((M - M_0) / sigma)^2 / 2), 0 to 1, by which pairs are drawn. All 1 while sigma is 0, as before the first step. */
export function selectionWeights(margins: readonly number[], statistics: MarginStatistics): number[] {
  return logWeights(margins, statistics).map(Math.exp)
}

/**
 * The indices of the pairs that train, ascending: floor((1 - rho) n) and at least one of them, drawn without replacement by
 * `selectionWeights`. rho in [0, 1), 0.2 in the paper. `stream` is read at 0 to n - 1. The rest gets weight 0 in the batch's mean.
 */
export function selectedPairs(
  margins: readonly number[],
  statistics: MarginStatistics,
  { rho, stream }: { rho: number; stream: RandomStream },
): number[] {
  const count = Math.min(margins.length, Math.max(1, Math.floor(margins.length * (1 - rho) + 1e-9)))
  // The largest log weights plus Gumbel noise are such a draw (Efraimidis and Spirakis), and no weight need be a number above 0.
  const keys = logWeights(margins, statistics).map((log, i) => log - Math.log(-Math.log(stream.uniform(i) + 2 ** -33)))
  const order = keys.map((_, i) => i).sort((a, b) => keys[b]! - keys[a]!)
  return order.slice(0, count).sort((a, b) => a - b)
}

/**
 * The batch's beta: max(1e-3, beta_0 (1 + a (mean of the selected margins - M_0))). beta_0 > 0 (0.1), a >= 0 per nat
 * (0.6 in the README's example, 0 in the config, which is DPO). Goes into the loss as a scalar, without gradient.
 */
export function batchBeta(
  selected: readonly number[],
  { mean }: MarginStatistics,
  { beta, a }: { beta: number; a: number },
): number {
  return selected.length === 0 ? beta : Math.max(1e-3, beta * (1 + a * (meanOf(selected) - mean)))
}

function logWeights(margins: readonly number[], { mean, deviation }: MarginStatistics): number[] {
  return margins.map((margin) => (deviation > 0 ? -0.5 * ((margin - mean) / deviation) ** 2 : 0))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
