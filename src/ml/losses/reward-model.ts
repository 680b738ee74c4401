// The loss of a reward model on pairs: Bradley and Terry's, with margins and centring (TRL's RewardTrainer).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import type { PairLabels, PairLosses } from './pairs.ts'
import { logisticLoss } from './sigmoid.ts'

/** A reward model's rewards of both responses of P pairs, [P] each, in its own units. */
export type PairRewards = { chosen: Tensor1D; rejected: Tensor1D }

/**
 * -log sigmoid(R_w - R_l - m) + c (R_w + R_l)^2 (Llama 2, arXiv 2307.09288, equation 2, for the margin; Eisenstein et al.,
 * arXiv 2312.09244, for the centring), [P]. `centring` c >= 0 keeps rewards near 0, which pairs alone leave open (0.01); default 0.
 * Extremes: |R_w - R_l - m| or 0, and without bound in c; finite. ln 2 where rewards are equal and there is no margin.
 */
export function bradleyTerryLoss(
  { chosen, rejected }: PairRewards,
  { centring = 0, ...labels }: { centring?: number } & PairLabels,
): PairLosses {
  const losses = logisticLoss(tf.sub(chosen, rejected), labels)
  return centring === 0 ? losses : tf.add(losses, tf.mul(centring, tf.square(tf.add(chosen, rejected))))
}
