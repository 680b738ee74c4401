// WPO: pairs count by how likely the policy itself would write them (Zhou et al., arXiv 2406.11827, equation 2).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { withoutGradient } from '../custom-gradient.ts'

/** Means over each response's tokens of log p_t - log sum_v p_v^2 under the policy, [P], in nats: about 0 for responses that the policy draws itself. */
export type SelfLikelihood = { chosen: Tensor1D; rejected: Tensor1D }

/**
 * The weights w(x, y_w) w(x, y_l) of pairs, [P], w = exp(mean), for `weightedSum`. No gradient goes through them.
 * They may be above 1, as in TRL 1.16. Not for AOT, whose losses belong to no pair. Extremes: means of unlikely responses give 0;
 * none is above exp(-log sum_v p_v^2), so the product is at most the square of the vocabulary.
 */
export function wpoWeights({ chosen, rejected }: SelfLikelihood): Tensor1D {
  return withoutGradient<Tensor1D>([chosen, rejected], () => tf.exp(tf.add(chosen, rejected)))
}
