// How f-divergences other than the reverse KL score a log-ratio (f-DPO, Wang et al., arXiv 2309.16240: the reward is beta f'(pi / pi_ref)).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { expMinusOne } from './log-space.ts'
import { logRatio, perToken, type PairLogProbs } from './pairs.ts'

/**
 * The divergence that holds the policy near the reference. `alpha` is any number: 0 is the forward KL, 1 the reverse KL
 * (within 1e-6 of 1 that is what is computed); TRL's default is 0.5.
 */
export type Divergence = 'reverse_kl' | 'forward_kl' | 'js_divergence' | { alpha: number }

/** For the losses that read log-ratios by way of a divergence. */
export type Divergent = { /** Default: reverse KL, the log-ratio itself. */ divergence?: Divergence }

/**
 * f'(e^r) of a log-ratio r [P] in nats:
 *   reverse_kl      r
 *   forward_kl      1 - e^-r
 *   js_divergence   log 2 + log sigmoid(r)
 *   alpha           (e^((alpha - 1) r) - 1) / (alpha - 1)
 * An exponent above 30 goes on as a straight line, so scores of any log-ratio are finite and so are their gradients. TRL 1.16
 * cuts the alpha exponent off at 80, which leaves no gradient there, and does not bound the forward KL. TRL 0.19.1 had
 * (1 - e^(-alpha r)) / alpha for alpha. The constants cancel in differences, but not where scores are divided by lengths.
 */
export function divergenceScore(r: Tensor1D, divergence: Divergence = 'reverse_kl'): Tensor1D {
  if (typeof divergence === 'object') return alphaScore(r, divergence.alpha)
  switch (divergence) {
    case 'reverse_kl':
      return r
    case 'forward_kl':
      return alphaScore(r, 0)
    case 'js_divergence':
      return tf.sub(Math.LN2, tf.softplus(tf.neg(r)))
  }
}

/** Delta = s_w - s_l: the chosen response's score less the rejected one's, [P]; in nats for the reverse KL. */
export function scoreDifference({ chosen, rejected }: PairLogProbs, { divergence }: Divergent): Tensor1D {
  return tf.sub(divergenceScore(logRatio(chosen), divergence), divergenceScore(logRatio(rejected), divergence))
}

/** s_w / |y_w| - s_l / |y_l|, [P]: the difference of scores, each divided by its response's length. */
export function scoreDifferencePerToken({ chosen, rejected }: PairLogProbs, { divergence }: Divergent): Tensor1D {
  return tf.sub(
    perToken(divergenceScore(logRatio(chosen), divergence), chosen),
    perToken(divergenceScore(logRatio(rejected), divergence), rejected),
  )
}

function alphaScore(r: Tensor1D, alpha: number): Tensor1D {
  const power = alpha - 1
  return Math.abs(power) < 1e-6 ? r : tf.div(expMinusOne(tf.mul(r, power)), power)
}
