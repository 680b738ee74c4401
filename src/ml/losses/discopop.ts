// DiscoPOP's log-ratio modulated loss, found by a language model (Lu et al., arXiv 2406.08414, equation 5).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { scoreDifference, type Divergent } from './divergence.ts'
import type { PairLabels, PairLogProbs, PairLosses } from './pairs.ts'

/**
 * (1 - sigmoid(z / tau)) (-log sigmoid(z)) + sigmoid(z / tau) e^-z, z = beta Delta - m: logistic where the pair is wrong, exponential
 * where it is right. beta > 0 (paper 0.05), tau in (0, 1], default 0.05 as in paper and TRL. Not convex: a dip below z = 0.
 * Extremes: |z| or 0. TRL multiplies sigmoid(z / tau) by e^-z, which in float32 is 0 times infinity below z = -88; here they are one
 * exponential, which for tau <= 1 is at most 1.
 */
export function discopopLoss(
  pairs: PairLogProbs,
  { beta, tau = 0.05, divergence, margin = 0 }: { beta: number; tau?: number } & Divergent & Pick<PairLabels, 'margin'>,
): PairLosses {
  const z = tf.sub<Tensor1D>(tf.mul(beta, scoreDifference(pairs, { divergence })), margin)
  const wrong = tf.neg(tf.div<Tensor1D>(z, tau))
  const logistic = tf.mul<Tensor1D>(tf.sigmoid(wrong), tf.softplus(tf.neg(z)))
  return tf.add(logistic, tf.exp(tf.neg(tf.add(tf.softplus(wrong), z))))
}
