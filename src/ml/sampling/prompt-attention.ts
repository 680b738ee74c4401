// Attention of one new token a row, over the prompt that several rows share and over what each row has added to it.
import { headsFirst, tokensFirst } from '../models/heads.ts'
import * as tf from '../tf.ts'
import type { Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'

type Keyed = { k: Tensor4D; v: Tensor4D }

/**
 * softmax over both of q k^T / sqrt(Dh) + mask, times v. q is [B * each, H, Dh], the `each` rows of a prompt one after the other; keys
 * and values of the prompts are [B, KV, P, Dh], of the rows [B * each, KV, C, Dh]; the masks, added, [B, 1, 1, P] and [1, 1, 1, C].
 * Returns the context [B * each, H * Dh]. To a prompt its rows are so many readers of one table, so it is never repeated.
 */
export function attendedBesidePrompt(
  q: Tensor3D,
  prompt: Keyed,
  own: Keyed,
  masks: { prompt: Tensor4D; own: Tensor4D },
): Tensor2D {
  const [rows, H, Dh] = q.shape
  const [B, KV, P] = prompt.k.shape
  const [, , C] = own.k.shape
  const each = rows / B
  const scaled = tf.mul(q, 1 / Math.sqrt(Dh))
  const alone = tf.reshape<tf.Rank.R4>(scaled, [rows, KV, H / KV, Dh])
  const together = tf.reshape<tf.Rank.R4>(headsFirst(scaled, [B, each, H, Dh]), [B, KV, (H / KV) * each, Dh])
  const promptScores = tf.reshape<tf.Rank.R4>(tf.matMul(together, prompt.k, false, true), [B, H, each, P])
  const ownScores = tf.reshape<tf.Rank.R4>(tf.matMul(alone, own.k, false, true), [rows, H, 1, C])
  const scores = [
    tf.reshape(tokensFirst(tf.add<Tensor4D>(promptScores, masks.prompt)), [rows, H, P]),
    tf.reshape(tf.add(ownScores, masks.own), [rows, H, C]),
  ]
  const weights = tf.softmax(tf.concat(scores, 2)) // [B * each, H, P + C]
  const [ofPrompt, ofOwn] = tf.split(weights, [P, C], 2)
  const promptWeights = tf.reshape(headsFirst(ofPrompt!, [B, each, H, P]), [B, KV, (H / KV) * each, P])
  const fromPrompt = tf.reshape<tf.Rank.R4>(tf.matMul(promptWeights, prompt.v), [B, H, each, Dh])
  const fromOwn = tf.matMul(tf.reshape(ofOwn!, [rows, KV, H / KV, C]), own.v) // [B * each, KV, H / KV, Dh]
  return tf.add(tokensFirst(fromPrompt), tf.reshape(fromOwn, [rows, H * Dh]))
}
