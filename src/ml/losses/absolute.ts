// Losses that pull each response by itself, up or down: NCA (arXiv 2402.05369), BCO (arXiv 2404.04656), APO (arXiv 2408.06266).
import * as tf from '../tf.ts'
import type { Scalar, Tensor1D } from '../tf.ts'
import { fixed } from '../custom-gradient.ts'
import { logRatio, type Coefficient, type PairLogProbs, type PairLosses, type SideLogProbs } from './pairs.ts'

/**
 * NCA for pairs (Chen et al., arXiv 2402.05369; TRL's nca_pair), r = beta h with h the log-ratios:
 * -log sigmoid(r_w) - log sigmoid(-r_w) / 2 - log sigmoid(-r_l) / 2. beta > 0 (authors 0.01). Least at r_w = log 2 and r_l far below 0,
 * so the chosen response is drawn up to twice the reference and no further. Extremes: at most linear, finite. 2 ln 2 at r = 0.
 */
export function ncaLoss(pairs: PairLogProbs, { beta }: { beta: number }): PairLosses {
  const { chosen, rejected } = rewards(pairs, beta)
  const down = tf.mul<Tensor1D>(0.5, tf.add(tf.softplus(chosen), tf.softplus(rejected)))
  return tf.add(tf.softplus(tf.neg(chosen)), down)
}

/**
 * BCO for pairs (Jung et al., arXiv 2404.04656; TRL's bco_pair), r = beta h: -log sigmoid(r_w - delta) - log sigmoid(-(r_l - delta)).
 * beta > 0 (0.01 by TRL's index). `shift` delta, in units of reward, is the running mean of rewards that `runningReward` keeps; a scalar may change
 * from step to step. Default 0, as in TRL 1.16, which dropped it. Extremes: at most linear, finite. 2 ln 2 at r = delta.
 */
export function bcoLoss(pairs: PairLogProbs, { beta, shift = 0 }: { beta: number; shift?: Coefficient }): PairLosses {
  const { chosen, rejected } = rewards(pairs, beta)
  return tf.add(tf.softplus(tf.sub(shift, chosen)), tf.softplus(tf.sub(rejected, shift)))
}

/** Mean of all numbers seen, and how many they were. */
export type RunningMean = { mean: Scalar; count: Scalar }

/**
 * `before` with the rewards beta h of a batch's responses added, as of both sides of pairs; a count of 0 at the first. Without gradient.
 * TRL 0.19.1 adds each batch's mean as one number, and before the loss reads it, so that a batch counts in its own shift.
 */
export function runningReward(
  { mean, count }: RunningMean,
  responses: readonly SideLogProbs[],
  { beta }: { beta: number },
): RunningMean {
  const rewards = responses.map((side) => tf.mul<Tensor1D>(beta, logRatio(side)))
  const values = fixed(tf.concat(rewards)) // [all responses]
  const total = tf.add<Scalar>(count, tf.sum(tf.onesLike(values)))
  const drift = tf.sum(tf.sub(values, mean))
  return { mean: tf.add(mean, tf.div(drift, total)), count: total }
}

/**
 * APO zero (D'Oosterlinck et al., arXiv 2408.06266, equation 7): 1 - sigmoid(beta h_w) + sigmoid(beta h_l). beta > 0 (0.1).
 * Chosen up and rejected down, for pairs whose chosen response is better than what the model writes. In [0, 2], 1 at h = 0.
 * Extremes: bounded, and a response far from the reference has no gradient, also where it is wrong.
 */
export function apoZeroLoss(pairs: PairLogProbs, { beta }: { beta: number }): PairLosses {
  const { chosen, rejected } = rewards(pairs, beta)
  // sigmoid(-r) and not 1 - sigmoid(r), which float32 rounds to 0 above r = 17.
  return tf.add(tf.sigmoid(tf.neg(chosen)), tf.sigmoid(rejected))
}

/**
 * APO down (arXiv 2408.06266, equation 8): sigmoid(beta h_w) + 1 - sigmoid(beta (h_w - h_l)). beta > 0 (0.1).
 * Both down and the rejected one further, for pairs whose chosen response is worse than what the model writes. In [0, 2], 1 at h = 0.
 */
export function apoDownLoss(pairs: PairLogProbs, { beta }: { beta: number }): PairLosses {
  const { chosen, rejected } = rewards(pairs, beta)
  return tf.add(tf.sigmoid(chosen), tf.sigmoid(tf.sub(rejected, chosen)))
}

function rewards({ chosen, rejected }: PairLogProbs, beta: number): { chosen: Tensor1D; rejected: Tensor1D } {
  return { chosen: tf.mul(beta, logRatio(chosen)), rejected: tf.mul(beta, logRatio(rejected)) }
}
