// LD-DPO: DPO that counts what the longer response says beyond the shorter one's length for less (Liu et al., arXiv 2409.06411).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'

/**
 * Log-probabilities of one side's responses under one model, [P], in nats: summed over the first min(|y_w|, |y_l|) tokens, and over
 * the rest. The tail of the shorter response of a pair is 0.
 */
export type SplitLogProbs = { shared: Tensor1D; tail: Tensor1D }

/**
 * log pi-hat(y) = shared + alpha tail, [P], which takes the place of log pi(y) in a loss, under policy and reference alike.
 * alpha in [0, 1]: 1 changes nothing, 0 leaves the tail out. A tail token's gradient is alpha times a shared one's. TRL's ld_alpha.
 */
export function ldLogProbs({ shared, tail }: SplitLogProbs, { alpha }: { alpha: number }): Tensor1D {
  return tf.add(shared, tf.mul(alpha, tail))
}
