// PPO's loss of the value head, with the clipping of its authors' code (openai/baselines), which the paper (arXiv 1707.06347) has not.
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { fixed } from '../custom-gradient.ts'

/** M response tokens, all [M], in units of scores; only `values` gets a gradient. */
export type ValuedTokens = {
  /** V now, before each token. */
  values: Tensor1D
  /** V when the responses were drawn. */
  oldValues: Tensor1D
  /** What V shall foresee: the returns of `gae`. */
  returns: Tensor1D
}

/** One entry a token, both [M]. */
export type ValueLosses = {
  losses: Tensor1D
  /** 1 where the value has moved out of the range towards its return, and so gets no gradient, else 0. Mean: TRL's val/clipfrac_avg. */
  clipfrac: Tensor1D
}

/**
 * max((V - G)^2, (clip(V, V_old - c, V_old + c) - G)^2) / 2, G the return, c = cliprangeValue > 0 (TRL 0.2). >= 0. Gradient V - G, or 0
 * where clipped. Goes into the loss times vf_coef (TRL 0.1). The half is TRL's; the paper has (V - G)^2. With c the units of scores
 * matter: values that are many c away from their returns learn slowly.
 */
export function clippedValueLoss(
  { values, oldValues, returns }: ValuedTokens,
  { cliprangeValue }: { cliprangeValue: number },
): ValueLosses {
  const [old, goal] = [fixed(oldValues), fixed(returns)]
  const lowest = tf.sub<Tensor1D>(old, cliprangeValue)
  const clipped = tf.minimum<Tensor1D>(tf.maximum<Tensor1D>(values, lowest), tf.add(old, cliprangeValue))
  const free = tf.square(tf.sub<Tensor1D>(values, goal))
  const held = tf.square(tf.sub<Tensor1D>(clipped, goal))
  // Equal within the range, and then the whole gradient is the first one's.
  const losses = tf.mul<Tensor1D>(0.5, tf.maximum(free, held))
  return { losses, clipfrac: tf.cast(tf.greater(held, free), 'float32') }
}
