// Likelihood of the chosen response, alone (SFT) and beside DPO: SFT-DPO (3D-Properties, equation 7) and RPO (arXiv 2404.19733, equation 1).
import * as tf from '../tf.ts'
import { perToken, type PairLabels, type PairLogProbs, type PairLosses, type SideLogProbs } from './pairs.ts'
import { dpoLoss } from './sigmoid.ts'

/**
 * Supervised fine-tuning: -log pi(y), summed over the response's tokens, in nats, [P] or any number of responses.
 * The mean is left to the weights, as there are three in use and only a batch knows its number of tokens: weight `tokenMeanWeight`
 * for the mean over all tokens of the batch (TRL's sft and CPO's and ORPO's NLL: long responses count for more), 1 / |y| for the mean
 * of each response's mean, 1 for sums as in the papers. The gradient in log pi(y) is -1 whatever its size.
 */
export function sftLoss({ policy }: Pick<SideLogProbs, 'policy'>): PairLosses {
  return tf.neg(policy)
}

/**
 * The weight with which the mean over P summed losses is the mean over all tokens of the batch: P / (sum of `tokens`).
 * `tokens` are the lengths in the whole batch that makes up a step, also where it is computed in parts. 0 for a batch without tokens.
 */
export function tokenMeanWeight(tokens: readonly number[]): number {
  const total = tokens.reduce((sum, length) => sum + length, 0)
  return total === 0 ? 0 : tokens.length / total
}

/**
 * SFT-DPO (3D-Properties, arXiv 2406.07327, equation 7): DPO - gamma log pi(a+), with log pi(a+) summed over tokens.
 * beta > 0. gamma >= 0, per nat; the paper gives no value. At the start gamma = beta / 2 pulls at a+ as hard as DPO itself does.
 * labelSmoothing and margin act on the DPO part. Extremes: DPO's, and gamma |log pi(a+)|. RPO (Liu, arXiv 2405.16436) is the same.
 */
export function sftDpoLoss(
  pairs: PairLogProbs,
  { gamma, ...settings }: { beta: number; gamma: number } & PairLabels,
): PairLosses {
  return tf.add(dpoLoss(pairs, settings), tf.mul(gamma, sftLoss(pairs.chosen)))
}

/**
 * DPO + NLL, iterative RPO (Pang et al., arXiv 2404.19733, equation 1): DPO - alpha log pi(y_w) / |y_w|.
 * beta > 0 (paper 0.1), alpha >= 0 (paper 1), per nat a token. labelSmoothing and margin act on the DPO part.
 * Extremes: DPO's, and alpha times the mean |log pi| of a token.
 * TRL takes the NLL as the mean over the batch's tokens instead: `weightedSum` of DPO and `sftLoss` by `tokenMeanWeight`.
 */
export function rpoLoss(
  pairs: PairLogProbs,
  { alpha, ...settings }: { beta: number; alpha: number } & PairLabels,
): PairLosses {
  return tf.add(dpoLoss(pairs, settings), tf.mul(alpha, perToken(sftLoss(pairs.chosen), pairs.chosen)))
}
