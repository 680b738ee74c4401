// How tokens that lie end to end sit down to attend. Outside attention no arithmetic goes to padding; within, readers sit in rows of
// one length, group by group, each row before the tokens it may read. A prompt that two responses share is read by both and computed once.
import { headsFirst, tokensFirst } from './heads.ts'
import * as tf from '../tf.ts'
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import { withGradient } from '../custom-gradient.ts'
import { attended, attentionGradients } from './attention.ts'

/**
 * Rows of one form: tokens that read, int32 [B, T], tokens that are read, int32 [B, S], and the additive mask [B, 1, T, S].
 * An empty seat holds a token whose context nobody reads and that no mask shows.
 */
export type Group = { readers: Tensor2D; read: Tensor2D; mask: Tensor4D }

/** Groups in which each token reads once; `places` [N] are the tokens' seats among the readers of all groups, row by row. */
export type Seats = { groups: readonly Group[]; places: Tensor1D }

/** Attention of tokens: q is [N, H, Dh], k and v are [N, KV, Dh]. Returns the context [N, H * Dh]. */
export function seatedAttention(q: Tensor3D, k: Tensor3D, v: Tensor3D, { groups, places }: Seats): Tensor2D {
  const [N, , Dh] = q.shape
  return withGradient<Tensor2D>(
    [q, k, v],
    () => {
      const parts = groups.map(({ readers, read, mask }) => {
        const [rows, keys, values] = [seated(q, readers), seated(k, read), seated(v, read)]
        return { ...attended(rows, keys, values, mask), keys, values }
      })
      const value = tf.gather(stood(parts.map(({ context }) => context)), places) // [N, H*Dh]
      return {
        value,
        saved: parts.flatMap(({ query, weights, context, keys, values }) => [query, weights, context, keys, values]),
      }
    },
    (dy, saved) => {
      const [, width] = dy.shape
      const H = width / Dh
      const parts = groups.map(({ readers }, g) => {
        const [query, weights, context, keys, values] = saved.slice(5 * g, 5 * g + 5) as Tensor4D[]
        const dRows = seated(tf.reshape(dy, [N, H, Dh]), readers) // [B, H, T, Dh]
        return attentionGradients(dRows, { query: query!, weights: weights!, context: context! }, keys!, values!)
      })
      const reads = tf.concat(groups.map(({ read }) => tf.reshape<tf.Rank.R1>(read, [read.shape[0] * read.shape[1]])))
      const summed = (rows: Tensor4D[]) => {
        const flat = stood(rows)
        return tf.reshape(tf.unsortedSegmentSum(flat, reads, N), [N, flat.shape[1] / Dh, Dh])
      }
      return [
        tf.reshape(tf.gather(stood(parts.map(({ dq }) => dq)), places), [N, H, Dh]),
        summed(parts.map(({ dk }) => dk)), // [N, KV, Dh]
        summed(parts.map(({ dv }) => dv)),
      ]
    },
  )
}

/** Tokens [N, heads, Dh] as rows with the heads first, [B, heads, T, Dh]. */
function seated(x: Tensor3D, tokens: Tensor2D): Tensor4D {
  const [N, heads, Dh] = x.shape
  const [B, T] = tokens.shape
  const rows = tf.gather(tf.reshape<tf.Rank.R2>(x, [N, heads * Dh]), tf.reshape<tf.Rank.R1>(tokens, [B * T])) // [B*T, heads*Dh]
  return headsFirst(rows, [B, T, heads, Dh])
}

/** Rows [B, heads, T, Dh] of several groups as tokens, one after another, [sum of B*T, heads*Dh]. */
function stood(groups: readonly Tensor4D[]): Tensor2D {
  return tf.concat(groups.map(tokensFirst))
}
