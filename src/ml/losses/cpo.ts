// Contrastive preference optimisation: DPO against a uniform reference, plus likelihood of the chosen response (Xu et al., arXiv 2401.08417).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { hinge } from './hinge.ts'
import type { PairLabels, PairLogProbs, PairLosses, PerPair } from './pairs.ts'
import { sftLoss } from './sft.ts'
import { logisticLoss } from './sigmoid.ts'
import { meanLogProb } from './simpo.ts'

/**
 * The three forms of TRL's CPO trainer, d the difference of log-probabilities, chosen less rejected:
 *   sigmoid  the logistic loss of beta d, d on sums (arXiv 2401.08417, equation 3)
 *   hinge    max(0, 1 - (beta d - m)), d on sums
 *   ipo      (d - 1 / (2 beta))^2, d per token; has no use for labels
 * each plus nllWeight times -log pi(y_w), summed over tokens. beta > 0 (0.1). nllWeight >= 0: 1 is the paper's, cpo_alpha times
 * `tokenMeanWeight` is TRL's; 0 leaves it out. labelSmoothing acts on sigmoid, margin on sigmoid and hinge.
 * Extremes as DPO's, hinge's and IPO's, and nllWeight |log pi(y_w)|.
 */
export type CpoSettings = { form: 'sigmoid' | 'hinge' | 'ipo'; beta: number; nllWeight: PerPair } & PairLabels

/** CPO, [P]; see its settings. Does not read the reference. */
export function cpoLoss(pairs: PairLogProbs, { nllWeight, ...settings }: CpoSettings): PairLosses {
  const contrast = contrastLoss(pairs, settings)
  return nllWeight === 0 ? contrast : tf.add(contrast, tf.mul(nllWeight, sftLoss(pairs.chosen)))
}

function contrastLoss(
  { chosen, rejected }: PairLogProbs,
  { form, beta, ...labels }: Omit<CpoSettings, 'nllWeight'>,
): PairLosses {
  const difference = tf.mul<Tensor1D>(beta, tf.sub(chosen.policy, rejected.policy))
  switch (form) {
    case 'sigmoid':
      return logisticLoss(difference, labels)
    case 'hinge':
      return hinge(tf.sub(difference, labels.margin ?? 0))
    case 'ipo':
      return tf.square(tf.sub(tf.sub(meanLogProb(chosen), meanLogProb(rejected)), 1 / (2 * beta)))
  }
}
