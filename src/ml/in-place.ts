// Large state of which a program changes a few rows, and reads the first ones: neither copies it where a program is recorded.
import * as tf from './tf.ts'
import type { Tensor, Tensor1D, Tensor2D } from './tf.ts'

/** What a backend that records may offer. */
export type InPlace = {
  rowsReplaced(x: Tensor, rows: Tensor, values: Tensor): Tensor
}

/**
 * x [N, n] with its rows of the numbers `rows`, int32 [m], none twice, replaced by `values` [m, n]. A recorded graph writes into x itself:
 * x must be a state entry, or a reshaping of one, that the program reads nowhere else, and the result must become that entry's update.
 */
export function rowsReplaced(x: Tensor2D, rows: Tensor1D, values: Tensor2D): Tensor2D {
  const backend: unknown = tf.backend()
  const own = backend as Partial<InPlace>
  if (typeof own.rowsReplaced === 'function') return own.rowsReplaced(x, rows, values) as Tensor2D
  return tf.tidy(() => {
    const at = tf.expandDims(rows, 1) // [m, 1]
    const put = tf.scatterND(at, values, x.shape)
    const replaced = tf.scatterND(at, tf.ones([rows.shape[0], 1]), [x.shape[0], 1]) // [N, 1]
    return tf.add(tf.mul(x, tf.sub(1, replaced)), put)
  })
}

/** The first `count` of x along its first axis; `count` may be a size of the program. TensorFlow's slice along that axis is a view. */
export function firstRows<T extends Tensor>(x: T, count: number): T {
  return tf.slice(
    x,
    x.shape.map(() => 0),
    x.shape.with(0, count),
  ) as T
}
