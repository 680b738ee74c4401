// Losses that reckon with wrong labels: robust DPO (Chowdhury et al., arXiv 2403.00409) and EXO (Ji et al., arXiv 2402.00856).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { scoreDifference, type Divergent } from './divergence.ts'
import { type PairLabels, type PairLogProbs, type PairLosses, type PerPair } from './pairs.ts'
import { logisticLoss } from './sigmoid.ts'

/**
 * rDPO (arXiv 2403.00409; TRL's robust): (-(1 - epsilon) log sigmoid(z) + epsilon log sigmoid(-z)) / (1 - 2 epsilon), z = beta Delta - m.
 * Its mean over labels of which a share epsilon is flipped is DPO on right ones. beta > 0; labelSmoothing epsilon in [0, 0.5), 0 is DPO.
 * Not bounded below: a pair with z far above 0 gets -epsilon z / (1 - 2 epsilon), so losses below 0 are no fault. Finite for finite z.
 */
export function robustDpoLoss(
  pairs: PairLogProbs,
  { beta, divergence, labelSmoothing = 0, margin }: { beta: number } & Divergent & PairLabels,
): PairLosses {
  // As (1 - epsilon) softplus(-z) - epsilon softplus(z) = (1 - 2 epsilon) softplus(-z) - epsilon z, it is cDPO at another smoothing.
  const share = tf.neg(tf.div<Tensor1D>(labelSmoothing, tf.sub(1, tf.mul(2, labelSmoothing))))
  return logisticLoss(tf.mul(beta, scoreDifference(pairs, { divergence })), { labelSmoothing: share, margin })
}

/**
 * EXO for pairs (arXiv 2402.00856, equation 16; TRL's exo_pair): KL(q || p) of q = (sigmoid(z), sigmoid(-z)), z = beta Delta,
 * to p = (1 - epsilon, epsilon): q (log q - log(1 - epsilon)) + (1 - q) (log(1 - q) - log epsilon).
 * beta > 0; labelSmoothing epsilon in (0, 1), 0.001 by custom, may differ by pair. 0 where z = log((1 - epsilon) / epsilon), which is
 * the margin already: there is no other. Extremes: -log(1 - epsilon) for z far above 0, -log epsilon far below, there without gradient.
 */
export function exoLoss(
  pairs: PairLogProbs,
  { beta, divergence, labelSmoothing }: { beta: number; labelSmoothing: PerPair } & Divergent,
): PairLosses {
  const z = tf.mul<Tensor1D>(beta, scoreDifference(pairs, { divergence }))
  const logRight = tf.log<Tensor1D>(tf.sub(1, labelSmoothing))
  const logWrong = tf.log<Tensor1D>(labelSmoothing)
  // Cross-entropy less entropy; log q and log(1 - q), whose difference would cancel in the gradient, do not occur.
  const crossEntropy = tf.sub<Tensor1D>(tf.mul(tf.sigmoid(tf.neg(z)), tf.sub(logRight, logWrong)), logRight)
  return tf.sub(crossEntropy, binaryEntropy(z))
}

/** -q log q - (1 - q) log(1 - q) of q = sigmoid(z): even in z, and softplus(-|z|) + |z| sigmoid(-|z|). */
function binaryEntropy(z: Tensor1D): Tensor1D {
  const size = tf.maximum<Tensor1D>(z, tf.neg(z))
  return tf.add(tf.softplus(tf.neg(size)), tf.mul(size, tf.sigmoid(tf.neg(size))))
}
