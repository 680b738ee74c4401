// Losses on log-probabilities per token, without a reference: SimPO (Meng et al., arXiv 2405.14734) and AlphaPO (arXiv 2501.03884).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { expMinusOne } from './log-space.ts'
import { perToken, type PairLabels, type PairLogProbs, type PairLosses, type SideLogProbs } from './pairs.ts'
import { logisticLoss } from './sigmoid.ts'

/** log pi(y) / |y|, [P], in nats a token. */
export function meanLogProb(side: SideLogProbs): Tensor1D {
  return perToken(side.policy, side)
}

/**
 * SimPO (equation 6): -log sigmoid(beta log pi(y_w) / |y_w| - beta log pi(y_l) / |y_l| - gamma). beta > 0 (2 to 10),
 * gamma >= 0 in units of reward (0.3 to 1.6), so that TRL's simpo_gamma is gamma and the authors' gamma_beta_ratio is gamma / beta.
 * `margin` adds to gamma. Extremes: at most linear, finite. TRL's "CPO-SimPO" adds `sftLoss` by weightedSum.
 */
export function simpoLoss(pairs: PairLogProbs, settings: { beta: number; gamma: number } & PairLabels): PairLosses {
  return alphaPoLoss(pairs, { ...settings, alpha: 0 })
}

/**
 * AlphaPO (arXiv 2501.03884; TRL's CPO with alpha): SimPO with the reward (1 - p^-alpha) / alpha in place of log p,
 * p = pi(y)^(1 / |y|). alpha any number (TRL's example 0.25); within 1e-6 of 0 it is SimPO. Above 0 it punishes unlikely responses
 * harder. Extremes: the exponential goes on as a straight line where alpha |log p| > 30, so all is finite.
 */
export function alphaPoLoss(
  { chosen, rejected }: PairLogProbs,
  { beta, gamma, alpha, ...labels }: { beta: number; gamma: number; alpha: number } & PairLabels,
): PairLosses {
  const reward = (side: SideLogProbs) => shapedReward(meanLogProb(side), alpha)
  const difference = tf.sub<Tensor1D>(reward(chosen), reward(rejected))
  return logisticLoss(tf.sub(tf.mul(beta, difference), gamma), labels)
}

function shapedReward(logProb: Tensor1D, alpha: number): Tensor1D {
  return Math.abs(alpha) < 1e-6 ? logProb : tf.div(expMinusOne(tf.mul(logProb, -alpha)), -alpha)
}
