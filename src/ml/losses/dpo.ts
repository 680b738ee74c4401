// Direct preference optimisation (Rafailov et al. 2023, equation 7; 3D-Properties, equation 5).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'

/** Log-probabilities of whole responses, summed over their tokens, in nats; each [P], one entry a pair. */
export type PairLogProbs = {
  chosen: Tensor1D
  rejected: Tensor1D
  referenceChosen: Tensor1D
  referenceRejected: Tensor1D
}

/**
 * -log sigmoid(beta * ((log pi(y+) - log pi_ref(y+)) - (log pi(y-) - log pi_ref(y-)))), one loss a pair, and the implicit
 * rewards beta * (log pi - log pi_ref). All [P], in nats. beta > 0. ln 2 where policy and reference agree.
 */
export function dpoLoss(
  { chosen, rejected, referenceChosen, referenceRejected }: PairLogProbs,
  { beta }: { beta: number },
): { losses: Tensor1D; chosenRewards: Tensor1D; rejectedRewards: Tensor1D } {
  const chosenRewards = tf.mul<Tensor1D>(beta, tf.sub(chosen, referenceChosen))
  const rejectedRewards = tf.mul<Tensor1D>(beta, tf.sub(rejected, referenceRejected))
  // softplus(-z) is -log sigmoid(z), and unlike tf.logSigmoid it has a gradient within a longer expression.
  const losses = tf.softplus<Tensor1D>(tf.sub(rejectedRewards, chosenRewards))
  return { losses, chosenRewards, rejectedRewards }
}
