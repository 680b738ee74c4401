// The order of two computations that do not read each other, which a recorded graph would otherwise not keep.
import * as tf from './tf.ts'
import type { Tensor } from './tf.ts'

/** What a backend that records may offer: the tensor again, but not before `trigger` is there. */
export type Ordering = { afterwards(x: Tensor, trigger: Tensor): Tensor }

/**
 * x itself, but where a program is recorded not before `trigger` is there. Op by op the order is that of the program, and this is a
 * clone. What is computed from the result is not taken for the same as what was computed from x. The order binds only while something
 * reads the trigger's numbers too.
 */
export function afterwards<T extends Tensor>(x: T, trigger: Tensor): T {
  const backend: unknown = tf.backend()
  const ordering = backend as Partial<Ordering>
  return typeof ordering.afterwards === 'function' ? (ordering.afterwards(x, trigger) as T) : tf.clone(x)
}
