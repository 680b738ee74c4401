// Losses added up, as in MPO (arXiv 2411.10442) and in TRL's loss_type lists.
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import type { PairLosses, PerPair } from './pairs.ts'

/** A loss [P] and its weight: one for all, or one a pair, as of WPO. */
export type WeightedLoss = { losses: PairLosses; weight: PerPair }

/**
 * The sum over terms of weight times losses, [P]; at least one term. Its mean is the sum of the terms' weighted means, so a batch's loss.
 * Terms whose entries are not pairs (AOT) take one weight for all.
 */
export function weightedSum(terms: readonly [WeightedLoss, ...WeightedLoss[]]): PairLosses {
  const weighed = terms.map(({ losses, weight }) => (weight === 1 ? losses : tf.mul<Tensor1D>(losses, weight)))
  return weighed.reduce((sum, losses) => tf.add(sum, losses))
}
