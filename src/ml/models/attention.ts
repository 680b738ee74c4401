// Scaled dot-product attention with grouped key-value heads (Ainslie et al. 2023), its gradient written out, and its masks.
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D, Tensor4D } from '../tf.ts'
import { withGradient } from '../custom-gradient.ts'

// Finite, so that a row of nothing but masked scores stays a number; exp of it is exactly zero in float32.
const masked = -1e9

/**
 * Additive mask of rows of tokens: 0 where token i may read token j, a large negative number elsewhere.
 * i reads j when j is not later, both are of one unit, and j is in the shared prompt (branch 0) or in i's own branch.
 * A padding token (unit < 0) reads itself alone. units and branches are int32 [B, T]; the mask is [B, 1, T, T].
 */
export function attentionMask(units: Tensor2D, branches: Tensor2D): Tensor4D {
  const [B, T] = units.shape
  const asReader = (x: Tensor2D) => tf.reshape(x, [B, T, 1])
  const asRead = (x: Tensor2D) => tf.reshape(x, [B, 1, T])
  const both = (a: Tensor, b: Tensor) => tf.mul(tf.cast(a, 'float32'), tf.cast(b, 'float32'))
  const sameUnit = both(tf.equal(asReader(units), asRead(units)), tf.greaterEqual(asRead(units), 0)) // [B, T, T]
  const prompt = tf.cast(tf.equal(asRead(branches), 0), 'float32') // [B, 1, T]
  const sameBranch = tf.cast(tf.equal(asReader(branches), asRead(branches)), 'float32') // [B, T, T]
  const allowed = tf.mul(sameUnit, tf.maximum(prompt, sameBranch)) // [B, T, T]
  const order = tf.range(0, T)
  const later = tf.reshape(order, [1, T, 1])
  const earlier = tf.reshape(order, [1, 1, T])
  const causal = tf.cast(tf.greaterEqual(later, earlier), 'float32') // [1, T, T]
  const itself = tf.cast(tf.equal(later, earlier), 'float32') // [1, T, T]
  return tf.reshape(visibilityMask(tf.maximum(tf.mul(allowed, causal), itself)), [B, 1, T, T])
}

/** Additive mask [B, 1, T, S] of readers that read what is not later: int32 positions of readers [B, T] and of what is read [B, S]. */
export function causalMask(readers: Tensor2D, read: Tensor2D): Tensor4D {
  const [B, T] = readers.shape
  const [, S] = read.shape
  const visible = tf.lessEqual(tf.reshape(read, [B, 1, 1, S]), tf.reshape(readers, [B, 1, T, 1]))
  return visibilityMask(tf.cast(visible, 'float32')) as Tensor4D
}

/** 1 for visible, 0 for hidden, as what is added to a score. */
export function visibilityMask(visible: Tensor): Tensor {
  return tf.mul(tf.sub(1, visible), masked)
}

/**
 * softmax(q k^T / sqrt(Dh) + mask) v. q is [B, H, T, Dh], k and v are [B, KV, S, Dh], mask [B, 1, T, S]; H is a multiple of KV.
 * Query heads of one group are stacked along T, so keys and values are never tiled. Returns [B, H, T, Dh].
 */
export function attention(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor4D): Tensor4D {
  return withGradient<Tensor4D>(
    [q, k, v],
    () => {
      const kept = attended(q, k, v, mask)
      return { value: tf.clone(kept.context), saved: [kept.query, k, v, kept.weights, kept.context] }
    },
    (dy, [query, k, v, weights, context]) => {
      const saved = { query, weights, context } as Attended
      const { dq, dk, dv } = attentionGradients(dy, saved, k as Tensor4D, v as Tensor4D)
      return [dq, dk, dv]
    },
  )
}

/** What the gradients of attention read: scaled queries, stacked, and weights, [B, KV, H/KV * T, Dh or S], and the context [B, H, T, Dh]. */
export type Attended = { query: Tensor4D; weights: Tensor4D; context: Tensor4D }

/** Attention as in `attention`, with what its gradients read. */
export function attended(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor4D): Attended {
  const [B, H, T, Dh] = q.shape
  const [, KV, S] = k.shape
  const stacked = (H / KV) * T
  const query = tf.reshape<tf.Rank.R4>(tf.mul(q, 1 / Math.sqrt(Dh)), [B, KV, stacked, Dh])
  const scores = tf.reshape<tf.Rank.R4>(tf.matMul(query, k, false, true), [B, H, T, S])
  const weights = tf.reshape<tf.Rank.R4>(tf.softmax(tf.add(scores, mask)), [B, KV, stacked, S])
  return { query, weights, context: tf.reshape(tf.matMul(weights, v), [B, H, T, Dh]) }
}

/**
 * Gradients of attention for the gradient dy [B, H, T, Dh] of its context. With P the weights and S the scores:
 * dS = P * (dP - rowsum(dy * context)), as rowsum(dP * P) is that (Dao et al. 2022, appendix B.2).
 */
export function attentionGradients(dy: Tensor4D, { query, weights, context }: Attended, k: Tensor4D, v: Tensor4D) {
  const [B, H, T, Dh] = dy.shape
  const [, KV] = k.shape
  const stack = (x: Tensor4D) => tf.reshape<tf.Rank.R4>(x, [B, KV, (H / KV) * T, Dh])
  const dContext = stack(dy)
  const spread = tf.sum(tf.mul(dContext, stack(context)), -1, true) // [B, KV, H/KV * T, 1]
  const dScores = tf.mul(weights, tf.sub(tf.matMul(dContext, v, false, true), spread)) // [B, KV, H/KV * T, S]
  return {
    dq: tf.reshape<tf.Rank.R4>(tf.mul(tf.matMul(dScores, k), 1 / Math.sqrt(Dh)), [B, H, T, Dh]),
    dk: tf.matMul<Tensor4D>(dScores as Tensor4D, query, true), // [B, KV, S, Dh]
    dv: tf.matMul<Tensor4D>(weights, dContext, true), // [B, KV, S, Dh]
  }
}
