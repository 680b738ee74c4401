// What the losses over preference pairs read: log-probabilities of whole responses, and what labels say beyond which one is better.
import * as tf from '../tf.ts'
import type { Scalar, Tensor1D } from '../tf.ts'

/**
 * One side of P pairs: log-probabilities of whole responses under policy and reference, summed over their tokens, in nats,
 * and their lengths in tokens. All [P].
 */
export type SideLogProbs = { policy: Tensor1D; reference: Tensor1D; tokens: Tensor1D }

/** Both sides. Reference-free losses do not read `reference`. */
export type PairLogProbs = { chosen: SideLogProbs; rejected: SideLogProbs }

/** What a loss gives: one loss a pair, [P]; the batch's loss is their (weighted) mean. */
export type PairLosses = Tensor1D

/** One number for all pairs, or one a pair, [P]. Gets no gradient. */
export type PerPair = number | Tensor1D

/** A number that is part of a recorded graph, or a scalar that is one of its inputs and may change from step to step. */
export type Coefficient = number | Scalar

/** What a label can say beyond "this one is better". Only losses whose settings have these fields can use them. */
export type PairLabels = {
  /**
   * epsilon, 0 to 1: the probability that the label is wrong, so 1 - confidence; 0.5 says nothing. Default 0.
   * With one a pair it is a soft label.
   */
  labelSmoothing?: PerPair
  /**
   * m, in units of reward, any number: how much better the chosen response shall be, as told by the strength of a label.
   * Subtracted from the difference of rewards (ODPO, arXiv 2402.10571). Default 0.
   */
  margin?: PerPair
}

/** log (pi(y) / pi_ref(y)), [P], in nats: the h of the papers; 0 where policy and reference agree. */
export function logRatio({ policy, reference }: SideLogProbs): Tensor1D {
  return tf.sub(policy, reference)
}

/** `sums` over each response's tokens, divided by their number, [P]. A response without tokens, as of padding, divides by 1, as in TRL. */
export function perToken(sums: Tensor1D, { tokens }: SideLogProbs): Tensor1D {
  return tf.div(sums, tf.maximum(tokens, 1))
}
