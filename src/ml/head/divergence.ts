// How far one next-token distribution is from another, over the whole vocabulary.
import * as tf from '../tf.ts'
import type { Tensor1D, Tensor2D } from '../tf.ts'
import { byTile, responsesAtOnce } from './tiles.ts'

/**
 * KL(p || q) = sum over v of p_v (log p_v - log q_v) of each row, [N], in nats, with p = softmax(a W^T) and q = softmax(b W^T): exact but for
 * rounding, which may leave it below zero by some 1e-6. a and b are [N, D], W [V, D]. Two products of N x D x V; no gradient. At most `tile` rows of logits of each are
 * held at a time.
 */
export function divergence(a: Tensor2D, b: Tensor2D, W: Tensor2D, tile = responsesAtOnce(W.shape[0])): Tensor1D {
  const rows = byTile<[Tensor2D, Tensor2D]>(tile, [a, b], (a, b) => {
    const [p, q] = [logSoftmax(a, W), logSoftmax(b, W)] // [n, V]
    return [tf.sum<Tensor2D>(tf.mul(tf.exp(p), tf.sub(p, q)), 1, true)] // [n, 1]
  })[0]!
  return tf.reshape<tf.Rank.R1>(rows, [a.shape[0]]) // [N]
}

function logSoftmax(h: Tensor2D, W: Tensor2D): Tensor2D {
  const logits = tf.matMul<Tensor2D>(h, W, false, true) // [n, V]
  const shifted = tf.sub<Tensor2D>(logits, tf.max(logits, 1, true)) // [n, V]
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)))
}
