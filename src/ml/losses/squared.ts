// Losses that draw log-ratios to a set value: IPO (Azar et al., arXiv 2310.12036), SPPO (arXiv 2405.00675), Cal-DPO (arXiv 2412.14516).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { scoreDifference, scoreDifferencePerToken, type Divergent } from './divergence.ts'
import { logRatio, type PairLogProbs, type PairLosses, type PerPair } from './pairs.ts'
import { logisticLoss } from './sigmoid.ts'

/**
 * IPO as TRL has it and its authors use it (equation 17, log-ratios per token): (s_w / |y_w| - s_l / |y_l| - 1 / (2 beta))^2.
 * beta > 0 is the paper's tau, per token. The difference is drawn to 1 / (2 beta), also from above. Has no use for labels' strength.
 * Extremes: grows as the square, the gradient as the distance; no bound.
 */
export function ipoLoss(pairs: PairLogProbs, { beta, divergence }: { beta: number } & Divergent): PairLosses {
  return tf.square(tf.sub(scoreDifferencePerToken(pairs, { divergence }), 1 / (2 * beta)))
}

/**
 * IPO on sums (3D-Properties, arXiv 2406.07327, equation 8; the IPO paper's own form):
 * (log (pi(a+) pi_0(a-) / (pi(a-) pi_0(a+))) - 1 / (2 eta))^2, log-probabilities summed over tokens; eta > 0 is TRL's beta.
 * Long responses weigh more than in `ipoLoss`. Extremes: a difference of 800 nats costs 640,000.
 */
export function summedIpoLoss(pairs: PairLogProbs, { eta }: { eta: number }): PairLosses {
  return tf.square(tf.sub(scoreDifference(pairs, {}), 1 / (2 * eta)))
}

/**
 * SPPO (Wu et al., arXiv 2405.00675, equation 4.7), h the log-ratios on sums and P the probability that y_w beats y_l:
 * (h_w - (P - 1/2) / beta)^2 + (h_l + (P - 1/2) / beta)^2. beta > 0 is 1 / eta (authors 0.001).
 * `preference` P, 0 to 1, is the soft label here and may differ by pair; the default 1 is TRL's sppo_hard.
 * The authors' code halves the sum; TRL does not, and so it is here. Extremes: grows as the square.
 */
export function sppoLoss(
  { chosen, rejected }: PairLogProbs,
  { beta, preference = 1 }: { beta: number; preference?: PerPair },
): PairLosses {
  const target = tf.mul<Tensor1D>(tf.sub(preference, 0.5), 1 / beta)
  return tf.add(tf.square(tf.sub(logRatio(chosen), target)), tf.square(tf.add(logRatio(rejected), target)))
}

/**
 * Cal-DPO (Xiao et al., arXiv 2412.14516, as in its authors' code), h the log-ratios on sums:
 * -log sigmoid(h_w - h_l) + ((h_w - 1 / (2 beta))^2 + (h_l + 1 / (2 beta))^2) / 2. beta > 0 (authors 0.001 to 0.002).
 * beta sets the targets alone and is not within the sigmoid. The code takes the mean of the squares over the batch before it adds them
 * to each pair's loss; the batch's mean is the same. Extremes: grows as the square. Not in TRL.
 */
export function calDpoLoss(pairs: PairLogProbs, { beta }: { beta: number }): PairLosses {
  const target = 1 / (2 * beta)
  const calibration = tf.add<Tensor1D>(
    tf.square(tf.sub(logRatio(pairs.chosen), target)),
    tf.square(tf.add(logRatio(pairs.rejected), target)),
  )
  return tf.add(logisticLoss(scoreDifference(pairs, {}), {}), tf.mul(0.5, calibration))
}
