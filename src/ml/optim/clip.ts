// Gradient clipping by global norm, as torch.nn.utils.clip_grad_norm_.
import * as tf from '../tf.ts'
import type { Scalar } from '../tf.ts'
import type { Tensors } from '../program.ts'

/** Euclidean norm over all tensors together, a scalar. */
export function globalNorm(grads: Tensors): Scalar {
  const squares = Object.values(grads).map((grad) => tf.sum<Scalar>(tf.square(grad)))
  return tf.sqrt(squares.reduce((total, square) => tf.add(total, square)))
}

/** The factor min(1, maxNorm / (norm + 1e-6)) that brings gradients of that norm down to `maxNorm`; 0 means no clipping: 1. */
export function clipFactor(norm: Scalar, maxNorm: number): Scalar {
  if (maxNorm === 0) return tf.scalar(1)
  return tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)))
}
