// Losses -log sigmoid(difference of rewards): DPO (Rafailov et al., arXiv 2305.18290, equation 7) and those that weigh its sides otherwise.
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { scoreDifference, scoreDifferencePerToken, type Divergent } from './divergence.ts'
import { logRatio, type Coefficient, type PairLabels, type PairLogProbs, type PairLosses } from './pairs.ts'

/**
 * -(1 - epsilon) log sigmoid(z - m) - epsilon log sigmoid(m - z) for differences of rewards z [P]: the cross-entropy between a
 * label of confidence 1 - epsilon and the model's preference. Finite for every finite z: |z - m| or 0 far out, times 1 - epsilon
 * or epsilon. Its gradient in z lies in [epsilon - 1, epsilon].
 */
export function logisticLoss(z: Tensor1D, { labelSmoothing = 0, margin = 0 }: PairLabels): PairLosses {
  const logits = margin === 0 ? z : tf.sub<Tensor1D>(z, margin)
  // softplus(-z) is -log sigmoid(z), and unlike tf.logSigmoid it has a gradient within a longer expression.
  const losses = tf.softplus<Tensor1D>(tf.neg(logits))
  return labelSmoothing === 0 ? losses : tf.add(losses, tf.mul(labelSmoothing, logits))
}

/**
 * DPO: -log sigmoid(beta Delta), Delta = log (pi(y+) / pi_ref(y+)) - log (pi(y-) / pi_ref(y-)) in nats, or the divergence's score
 * of them; with labelSmoothing it is cDPO (Mitchell, ericmitchell.ai/cdpo.pdf, equation 3). beta > 0, 0.1 by custom.
 * ln 2 where policy and reference agree, without a margin. Extremes: beta |Delta| where the pair is badly wrong, 0 where it is right.
 * TRL 1.16 ignores labelSmoothing here; TRL 0.19.1 had it. Its reference_free is a reference of zeros.
 */
export function dpoLoss(
  pairs: PairLogProbs,
  { beta, divergence, ...labels }: { beta: Coefficient } & Divergent & PairLabels,
): PairLosses {
  return logisticLoss(tf.mul(beta, scoreDifference(pairs, { divergence })), labels)
}

/**
 * Length-normalised DPO (TRL's sigmoid_norm; as in Tulu 3, arXiv 2411.15124): -log sigmoid(beta (s_w / |y_w| - s_l / |y_l|)),
 * scores per token, so beta > 0 is larger than DPO's by about the length of a response (Tulu 3: 5). Extremes as DPO's.
 */
export function lengthNormalisedDpoLoss(
  pairs: PairLogProbs,
  { beta, divergence, ...labels }: { beta: number } & Divergent & PairLabels,
): PairLosses {
  return logisticLoss(tf.mul(beta, scoreDifferencePerToken(pairs, { divergence })), labels)
}

/**
 * Flex-DPO (3D-Properties, arXiv 2406.07327, section 3.3):
 * -log sigmoid(beta+ log (pi(a+) / pi_0(a+)) - beta- log (pi(a-) / pi_0(a-))); in the paper beta+ 0.1 and beta- 0.01 to 0.15.
 * Both >= 0; equal ones are DPO. Gradients of the sides are as beta+ to -beta-. Extremes as DPO's.
 * DPO-Shift (arXiv 2502.07599) is the case beta- = f beta+, 0 < f <= 1. Not in TRL.
 */
export function flexDpoLoss(
  { chosen, rejected }: PairLogProbs,
  { betaPlus, betaMinus, ...labels }: { betaPlus: number; betaMinus: number } & PairLabels,
): PairLosses {
  return logisticLoss(tf.sub(tf.mul(betaPlus, logRatio(chosen)), tf.mul(betaMinus, logRatio(rejected))), labels)
}

/**
 * DPO-Positive (Smaug, Pal et al., arXiv 2402.13228, equation 3), h the log-ratios:
 * -log sigmoid(beta (h_w - h_l - lambda max(0, -h_w))). beta > 0 (paper 0.3), lambda >= 0 (paper 50, 5 to 500).
 * A chosen response below the reference is pushed lambda + 1 times as hard; at h_w = 0 the penalty has no gradient.
 * Extremes: beta ((1 + lambda) |h_w| + h_l), finite. Some write lambda outside of beta; here it is inside. Not in TRL.
 */
export function dpopLoss(
  { chosen, rejected }: PairLogProbs,
  { beta, lambda, ...labels }: { beta: number; lambda: number } & PairLabels,
): PairLosses {
  const better = logRatio(chosen)
  const penalty = tf.mul<Tensor1D>(lambda, tf.maximum(0, tf.neg(better)))
  const difference = tf.sub<Tensor1D>(tf.sub(better, logRatio(rejected)), penalty)
  return logisticLoss(tf.mul(beta, difference), labels)
}
