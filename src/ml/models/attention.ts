// Scaled dot-product attention with grouped key-value heads (Ainslie et al. 2023) and the mask of packed pairs.
import * as tf from '../tf.ts'
import type { Tensor2D, Tensor4D } from '../tf.ts'

// Finite, so that a row of nothing but masked scores stays a number; exp of it is exactly zero in float32.
const masked = -1e9

/**
 * Additive mask of a packed row: 0 where token i may read token j, a large negative number elsewhere.
 * i reads j when j is not later, both are of one unit, and j is in the shared prompt (branch 0) or in i's own branch.
 * A padding token (unit < 0) reads itself alone. units and branches are int32 [B, T]; the mask is [B, 1, T, T].
 */
export function attentionMask(units: Tensor2D, branches: Tensor2D): Tensor4D {
  const [B, T] = units.shape
  const asReader = (x: Tensor2D) => tf.reshape(x, [B, T, 1])
  const asRead = (x: Tensor2D) => tf.reshape(x, [B, 1, T])
  const both = (a: tf.Tensor, b: tf.Tensor) => tf.mul(tf.cast(a, 'float32'), tf.cast(b, 'float32'))
  const sameUnit = both(tf.equal(asReader(units), asRead(units)), tf.greaterEqual(asRead(units), 0)) // [B, T, T]
  const prompt = tf.cast(tf.equal(asRead(branches), 0), 'float32') // [B, 1, T]
  const sameBranch = tf.cast(tf.equal(asReader(branches), asRead(branches)), 'float32') // [B, T, T]
  const allowed = tf.mul(sameUnit, tf.maximum(prompt, sameBranch)) // [B, T, T]
  const order = tf.tensor1d(Float32Array.from({ length: T }, (_, i) => i))
  const later = tf.reshape(order, [1, T, 1])
  const earlier = tf.reshape(order, [1, 1, T])
  const causal = tf.cast(tf.greaterEqual(later, earlier), 'float32') // [1, T, T]
  const itself = tf.cast(tf.equal(later, earlier), 'float32') // [1, T, T]
  return tf.reshape(visibilityMask(tf.maximum(tf.mul(allowed, causal), itself)), [B, 1, T, T])
}

/** 1 for visible, 0 for hidden, as what is added to a score. */
export function visibilityMask(visible: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(1, visible), masked)
}

/**
 * softmax(q k^T / sqrt(Dh) + mask) v. q is [B, H, T, Dh], k and v are [B, KV, S, Dh], mask [B, 1, T, S]; H is a multiple of KV.
 * Query heads of one group are stacked along T, so keys and values are never tiled. Returns [B, H, T, Dh].
 */
export function attention(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor4D): Tensor4D {
  const [B, H, T, Dh] = q.shape
  const [, KV, S] = k.shape
  const stacked = (H / KV) * T
  const query = tf.reshape(tf.mul(q, 1 / Math.sqrt(Dh)), [B, KV, stacked, Dh])
  const scores = tf.reshape<tf.Rank.R4>(tf.matMul(query, k, false, true), [B, H, T, S])
  const weights = tf.reshape(tf.softmax(tf.add(scores, mask)), [B, KV, stacked, S])
  return tf.reshape(tf.matMul(weights, v), [B, H, T, Dh])
}
