// Losses max(0, margin - difference): SLiC (Zhao et al., arXiv 2305.10425), as TRL has it and as the 3D-Properties paper has it.
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { scoreDifference, type Divergent } from './divergence.ts'
import type { PairLabels, PairLogProbs, PairLosses } from './pairs.ts'
import { sftLoss } from './sft.ts'

/** max(0, 1 - z) for differences of rewards z [P]. No gradient at the kink, as in PyTorch. */
export function hinge(z: Tensor1D): PairLosses {
  return tf.maximum(0, tf.sub(1, z))
}

/**
 * Hinge on DPO's rewards (TRL's hinge; RSO, arXiv 2309.06657): max(0, 1 - (beta Delta - m)), Delta as in `dpoLoss`, in nats.
 * beta > 0; 1 / beta is the margin in nats. `margin` m adds to the 1. A pair beyond it has neither loss nor gradient.
 * Extremes: 1 + m + beta |Delta| with gradient -beta, or 0.
 */
export function hingeLoss(
  pairs: PairLogProbs,
  { beta, divergence, margin = 0 }: { beta: number } & Divergent & Pick<PairLabels, 'margin'>,
): PairLosses {
  return hinge(tf.sub(tf.mul(beta, scoreDifference(pairs, { divergence })), margin))
}

/**
 * SLiC without a reference (3D-Properties, arXiv 2406.07327, equation 11):
 * max(0, delta - log pi(a+) + log pi(a-)) - eta log pi(a+), log-probabilities summed over tokens.
 * delta > 0 in nats (paper 5), eta >= 0. Gradients: -(1 + eta) and 1 within the margin, -eta and 0 beyond it. Not TRL's hinge.
 */
export function slicLoss(pairs: PairLogProbs, { delta, eta }: { delta: number; eta: number }): PairLosses {
  const lack = tf.add<Tensor1D>(tf.sub(delta, pairs.chosen.policy), pairs.rejected.policy)
  return tf.add(tf.maximum(0, lack), tf.mul(eta, sftLoss(pairs.chosen)))
}
