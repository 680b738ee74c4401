// ORPO: likelihood of the chosen response and odds against the rejected one, in one stage and without a reference (Hong et al., arXiv 2403.07691).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { logOdds } from './log-space.ts'
import type { PairLabels, PairLogProbs, PairLosses, PerPair } from './pairs.ts'
import { sftLoss } from './sft.ts'
import { logisticLoss } from './sigmoid.ts'
import { meanLogProb } from './simpo.ts'

/**
 * ORPO (equations 4, 6 and 7): nllWeight (-log pi(y_w)) - lambda log sigmoid(log odds(y_w) - log odds(y_l)), odds = p / (1 - p),
 * p = pi(y)^(1 / |y|). lambda >= 0 (paper 0.1 to 1; TRL's beta). nllWeight >= 0, on sums over the response's tokens: 1 / |y_w| is the paper's,
 * `tokenMeanWeight` the batch's token mean; 0 leaves it out. labelSmoothing and margin act on the log of the odds ratio.
 * TRL takes the NLL over prompt and response tokens; its gradient by the prompt is not in a loss over responses.
 * Extremes: p of 1 counts as 1 - 1e-6, else all is linear in the mean log-probability; finite.
 */
export function orpoLoss(
  { chosen, rejected }: PairLogProbs,
  { lambda, nllWeight, ...labels }: { lambda: number; nllWeight: PerPair } & PairLabels,
): PairLosses {
  const logOddsRatio = tf.sub<Tensor1D>(logOdds(meanLogProb(chosen)), logOdds(meanLogProb(rejected)))
  const contrast = tf.mul<Tensor1D>(lambda, logisticLoss(logOddsRatio, labels))
  return nllWeight === 0 ? contrast : tf.add(contrast, tf.mul(nllWeight, sftLoss(chosen)))
}
