// Losses over single responses that are marked good or bad: KTO (Ethayarajh et al., arXiv 2402.01306), APO zero and BCO without pairs.
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { logRatio, type Coefficient, type SideLogProbs } from './pairs.ts'

/** N single responses and their marks, all [N]: 1 for a desirable response, 0 for an undesirable one. */
export type MarkedLogProbs = SideLogProbs & { desirable: Tensor1D }

/**
 * Weights lambda_D and lambda_U, >= 0, default 1. Their ratio is to make up for unequal numbers: lambda_D n_D / (lambda_U n_U) in
 * [1, 4/3] (KTO, equation 8).
 */
export type MarkWeights = { desirableWeight?: number; undesirableWeight?: number }

/**
 * KTO (equation 7), h = log (pi(y) / pi_ref(y)) on sums, in nats: lambda_D (1 - sigmoid(beta (h - kl))) for a desirable response and
 * lambda_U (1 - sigmoid(beta (kl - h))) for an undesirable one, [N]. beta > 0 (0.1). `kl` >= 0 in nats, by `klEstimate`, without gradient.
 * In [0, lambda]. Extremes: bounded; a response far from kl has no gradient, also where it is wrong.
 */
export function ktoLoss(
  examples: MarkedLogProbs,
  { beta, kl, desirableWeight = 1, undesirableWeight = 1 }: { beta: number; kl: Coefficient } & MarkWeights,
): Tensor1D {
  const { desirable } = examples
  const wrong = tf.mul<Tensor1D>(direction(desirable), tf.mul(beta, tf.sub(kl, logRatio(examples))))
  const weight = tf.add<Tensor1D>(tf.mul(desirableWeight - undesirableWeight, desirable), undesirableWeight)
  return tf.mul(weight, tf.sigmoid(wrong))
}

/**
 * KTO's estimate of KL(pi || pi_ref), in nats, from responses that do not belong to their prompts: max(0, mean(log pi - log pi_ref)).
 * Arrays [N] of sums over tokens, of the whole step: with one response a step it is of no use. 0 for none.
 */
export function klEstimate(policy: readonly number[], reference: readonly number[]): number {
  const total = policy.reduce((sum, logp, i) => sum + logp - reference[i]!, 0)
  return policy.length === 0 ? 0 : Math.max(0, total / policy.length)
}

/**
 * APO zero without pairs (TRL's apo_zero_unpaired): KTO at kl = 0, so 1 - sigmoid(beta h) for desirable responses and sigmoid(beta h)
 * for undesirable ones, times their weights, [N].
 */
export function apoZeroUnpairedLoss(examples: MarkedLogProbs, settings: { beta: number } & MarkWeights): Tensor1D {
  return ktoLoss(examples, { ...settings, kl: 0 })
}

/**
 * BCO without pairs (Jung et al., arXiv 2404.04656), r = beta h: -log sigmoid(r - delta) for a desirable response and
 * -log sigmoid(delta - r) for an undesirable one, [N]. beta > 0; `shift` delta as in `bcoLoss`. The paper's weights for data whose
 * undesirable prompts differ from the desirable ones go into the mean. Extremes: at most linear, finite.
 */
export function bcoUnpairedLoss(
  examples: MarkedLogProbs,
  { beta, shift = 0 }: { beta: number; shift?: Coefficient },
): Tensor1D {
  const beyond = tf.sub<Tensor1D>(shift, tf.mul(beta, logRatio(examples)))
  return tf.softplus(tf.mul(direction(examples.desirable), beyond))
}

/** 1 for desirable and -1 for undesirable, [N]. */
function direction(desirable: Tensor1D): Tensor1D {
  return tf.sub(tf.mul(2, desirable), 1)
}
