// AOT: preference as stochastic dominance, quantile against quantile over a batch (Melnyk et al., arXiv 2406.05882).
import * as tf from '../tf.ts'
import type { Tensor1D, Tensor2D } from '../tf.ts'
import { withGradient } from '../custom-gradient.ts'
import { logRatio, type PairLogProbs, type PairLosses } from './pairs.ts'
import { logisticLoss } from './sigmoid.ts'

/**
 * One number for all: entries are quantiles of the batch and belong to no pair, so labels of single pairs have no place.
 * beta > 0. labelSmoothing 0 to 1, default 0.
 */
export type AotSettings = { beta: number; labelSmoothing?: number }

/**
 * AOT paired (TRL's aot): the logistic loss of beta (sort(log pi(y_w) - log pi(y_l)) - sort(log pi_ref(y_w) - log pi_ref(y_l))).
 * [P], in ascending order of quantiles and not of pairs: weights of single pairs do not apply, and a batch must hold no padding.
 * Its value depends on how many pairs are sorted together, so P is the batch and not a part of it. Extremes as DPO's.
 */
export function aotLoss({ chosen, rejected }: PairLogProbs, { beta, labelSmoothing }: AotSettings): PairLosses {
  const policy = sorted(tf.sub(chosen.policy, rejected.policy))
  const reference = sorted(tf.sub(chosen.reference, rejected.reference))
  return logisticLoss(tf.mul(beta, tf.sub(policy, reference)), { labelSmoothing })
}

/**
 * AOT unpaired (TRL's aot_unpaired): the same of beta (sort(h_w) - sort(h_l)), h the log-ratios. It never asks which chosen
 * response goes with which rejected one, but here takes as many of each. Order, batch and extremes as `aotLoss`.
 */
export function aotUnpairedLoss({ chosen, rejected }: PairLogProbs, { beta, labelSmoothing }: AotSettings): PairLosses {
  const difference = tf.sub<Tensor1D>(sorted(logRatio(chosen)), sorted(logRatio(rejected)))
  return logisticLoss(tf.mul(beta, difference), { labelSmoothing })
}

/** `x` [P] in ascending order. Equal entries keep their order. The gradient goes back to where its entry came from. O(P^2). */
export function sorted(x: Tensor1D): Tensor1D {
  return withGradient<Tensor1D>(
    [x],
    () => {
      const ranks = ranksOf(x)
      return { value: tf.unsortedSegmentSum(x, ranks, x.shape[0]), saved: [ranks] }
    },
    (dy, [ranks]) => [tf.gather(dy, ranks as Tensor1D)],
  )
}

/** Each entry's place in the sorted order, int32 [P]: how many come before it. By comparing all with all: a graph has no sort. */
function ranksOf(x: Tensor1D): Tensor1D {
  const [P] = x.shape
  const [row, column] = [tf.reshape<tf.Rank.R2>(x, [1, P]), tf.reshape<tf.Rank.R2>(x, [P, 1])]
  const index = tf.range(0, P, 1, 'int32')
  const earlier = tf.less<Tensor2D>(tf.reshape(index, [1, P]), tf.reshape(index, [P, 1]))
  const before = tf.logicalOr<Tensor2D>(tf.less(row, column), tf.logicalAnd(tf.equal(row, column), earlier))
  return tf.sum<Tensor1D>(tf.cast(before, 'int32'), 1)
}
