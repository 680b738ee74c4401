// beta-DPO: DPO whose beta follows each batch and whose outlying pairs are left out (Wu et al., arXiv 2407.08639, and its authors' code).
// Margins are M = h_w - h_l, [P], in nats and not times beta. Only the loss has a gradient.
import * as tf from '../tf.ts'
import type { Scalar, Tensor1D } from '../tf.ts'
import { fixed, withoutGradient } from '../custom-gradient.ts'
import { logRatio, type PairLogProbs, type PairLosses } from './pairs.ts'
import { dpoLoss } from './sigmoid.ts'

/** M_0 and sigma, moving averages of the mean and the standard deviation of batches' margins, in nats, and how many batches they saw. */
export type MarginStatistics = { mean: Scalar; deviation: Scalar; batches: Scalar }

/** Of no batch yet. */
export const noMargins = { mean: 0, deviation: 0, batches: 0 }

/** The margins of a batch, [P], in nats. */
export function margins({ chosen, rejected }: PairLogProbs): Tensor1D {
  return fixed(tf.sub<Tensor1D>(logRatio(chosen), logRatio(rejected)))
}

/**
 * M_0 and sigma after a batch: momentum times the old plus (1 - momentum) times the batch's, with the deviation over n - 1. The authors'
 * code takes the batch in before its loss reads them, and so does `betaDpoLoss`. The first batch sets them; that code begins at 0
 * instead, by which the first sigmas are ten times too small. A batch of one pair leaves the deviation as it was.
 * momentum in [0, 1), 0.9 in the code.
 */
export function marginStatistics(
  before: MarginStatistics,
  margins: Tensor1D,
  { momentum = 0.9 }: { momentum?: number } = {},
): MarginStatistics {
  const n = tf.sum<Scalar>(tf.onesLike(margins))
  const mean = tf.div<Scalar>(tf.sum(margins), n)
  const spread = tf.sum<Scalar>(tf.square(tf.sub(margins, mean)))
  const single = tf.less(n, 2)
  const deviation = tf.where(single, before.deviation, tf.sqrt<Scalar>(tf.div(spread, tf.maximum(tf.sub(n, 1), 1))))
  const first = tf.equal(before.batches, 0)
  const moved = (old: Scalar, now: Scalar): Scalar =>
    tf.where(first, now, tf.add<Scalar>(tf.mul(momentum, old), tf.mul(1 - momentum, now)))
  return {
    mean: moved(before.mean, mean),
    deviation: moved(before.deviation, deviation),
    batches: tf.add(before.batches, 1),
  }
}

/** -((M - M_0) / sigma)^2 / 2, the logarithms of the weights by which pairs are drawn, [P]. All 0 while sigma is 0, as before the first step. */
export function logWeights(margins: Tensor1D, { mean, deviation }: Omit<MarginStatistics, 'batches'>): Tensor1D {
  const spread = tf.greater(deviation, 0)
  const away = tf.div<Tensor1D>(tf.sub(margins, mean), tf.where(spread, deviation, tf.onesLike(deviation)))
  return tf.mul(tf.mul(-0.5, tf.square(away)), tf.cast(spread, 'float32'))
}

/**
 * 1 for the pairs that train and 0 for the others, [P]: floor((1 - rho) P) and at least one of them, drawn without replacement by
 * the exponentials of `logWeights`. rho in [0, 1), 0.2 in the paper. `draws` are uniform in [0, 1), [P].
 */
export function selectedPairs(logWeights: Tensor1D, { rho, draws }: { rho: number; draws: Tensor1D }): Tensor1D {
  // The largest log weights plus Gumbel noise are such a draw (Efraimidis and Spirakis), and no weight need be a number above 0.
  const noise = tf.neg<Tensor1D>(tf.log(tf.neg(tf.log(tf.add(tf.mul(draws, 1 - 2 ** -23), 2 ** -24)))))
  const keys = tf.add<Tensor1D>(logWeights, noise)
  const [P] = keys.shape
  const places = tf.range(0, P, 1, 'int32')
  const [row, column] = [tf.reshape(keys, [1, P]), tf.reshape(keys, [P, 1])]
  // Of equal keys, as of pairs so far out that the noise is rounded away, the first comes first.
  const earlier = tf.less(tf.reshape(places, [1, P]), tf.reshape(places, [P, 1]))
  const ahead = tf.logicalOr(tf.greater(row, column), tf.logicalAnd(tf.equal(row, column), earlier)) // [P, P]
  const rank = tf.sum<Tensor1D>(tf.cast(ahead, 'float32'), 1) // [P]
  const count = tf.floor(tf.add(tf.mul(1 - rho, tf.sum(tf.onesLike(keys))), 1e-4))
  return tf.cast(tf.less(rank, tf.maximum(count, 1)), 'float32')
}

/**
 * The batch's beta, a scalar: max(1e-3, beta_0 (1 + a (mean of the selected margins - M_0))). beta_0 > 0 (0.1), a >= 0 per nat
 * (0.6 in the README's example, 0 in the config, which is DPO).
 */
export function batchBeta(
  margins: Tensor1D,
  selected: Tensor1D,
  { mean }: Pick<MarginStatistics, 'mean'>,
  { beta, a }: { beta: number; a: number },
): Scalar {
  const mine = tf.div<Scalar>(tf.sum(tf.mul(margins, selected)), tf.sum(selected))
  return tf.maximum(1e-3, tf.mul(beta, tf.add(1, tf.mul(a, tf.sub(mine, mean)))))
}

/**
 * -log sigmoid(beta_b M) of the selected pairs, times P over their number, so that the batch's mean is theirs; 0 for the others.
 * `statistics` are those after the batch. a = 0 and rho = 0 are DPO. Extremes as DPO's.
 */
export function betaDpoLoss(
  pairs: PairLogProbs,
  {
    beta,
    a,
    rho,
    statistics,
    draws,
  }: { beta: number; a: number; rho: number; statistics: Omit<MarginStatistics, 'batches'>; draws: Tensor1D },
): PairLosses {
  const apart = margins(pairs)
  const selected = withoutGradient([apart], () => selectedPairs(logWeights(apart, statistics), { rho, draws }))
  const share = tf.div<Tensor1D>(selected, tf.div(tf.sum(selected), tf.sum(tf.onesLike(selected))))
  return tf.mul(dpoLoss(pairs, { beta: batchBeta(apart, selected, statistics, { beta, a }) }), share)
}
