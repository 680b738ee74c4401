// Tokens with all their heads beside each other, and rows of tokens head by head, as attention reads them.
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D, Tensor4D } from '../tf.ts'

/** B rows of T tokens, in this order, with `heads` parts of n numbers each: as [B, heads, T, n]. */
export function headsFirst(x: Tensor, [B, T, heads, n]: readonly [number, number, number, number]): Tensor4D {
  return tf.transpose(tf.reshape<tf.Rank.R4>(x, [B, T, heads, n]), [0, 2, 1, 3])
}

/** Rows [B, heads, T, n] as their tokens, one after another, [B * T, heads * n]. */
export function tokensFirst(rows: Tensor4D): Tensor2D {
  const [B, heads, T, n] = rows.shape
  return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [B * T, heads * n])
}
