// How far the policy's next-token distributions are from the reference's over the whole vocabulary, along some of the responses of a batch.
// The reference is kept as its hidden states there: the head is the same for both, and makes its distributions again.
import { divergence } from '../head/divergence.ts'
import type { ModelConfig } from '../models/config.ts'
import { headWeight } from '../models/transformer.ts'
import type { HostArray, HostArrays, Sizes, Tensors } from '../program.ts'
import * as tf from '../tf.ts'
import type { Tensor2D } from '../tf.ts'

/** Hidden states before the tokens of a response, [tokens, D] row by row. */
export type ResponseStates = Float32Array

/**
 * What is known of the reference along the response of a unit: its states, 'unknown' where the policy's are only to be told, null where
 * nothing is compared.
 */
export type Known = ResponseStates | 'unknown' | null

/** Of one response under the policy: `kl` is the sum over its tokens of KL(reference || policy), in nats; null while the reference was unknown. */
export type Compared = { states: ResponseStates; kl: number | null }

/** M compared tokens a tile. */
export const comparedSizes: Sizes = { compared: [null, 'M'], reference_states: [null, 'M', null] }

/**
 * Inputs: `compared` int32 [tiles, M], rows of `states` [tiles * R, D], and `reference_states` [tiles, M, D]. Outputs: `compared_states`,
 * those rows, [tiles * M, D], and `kl`, KL(reference || policy) of the next token there, [tiles * M], in nats. Two products of a head each.
 */
export function comparison(config: ModelConfig, state: Tensors, inputs: Tensors, states: Tensor2D): Tensors {
  const { compared, reference_states: before } = inputs
  const [tiles, M] = compared!.shape as [number, number]
  const own = tf.gather(states, tf.reshape<tf.Rank.R1>(compared!, [tiles * M])) // [tiles*M, D]
  const reference = tf.reshape<tf.Rank.R2>(before!, [tiles * M, config.D]) // [tiles*M, D]
  return { compared_states: own, kl: divergence(reference, own, headWeight(config, state), M) }
}

/** The inputs of `comparison` for a collated batch, of whose units' chosen sides this is `known`; rows that mean nothing fill it up. */
export function comparedInputs(known: readonly Known[], { owner, weight, at }: HostArrays, D: number): HostArrays {
  const rows = known.map((one, i) => (one ? rowsOf(i, owner!, weight!) : []))
  const tiles = at!.shape[0]!
  const M = Math.max(1, Math.ceil(rows.flat().length / tiles))
  const compared = new Int32Array(tiles * M)
  compared.set(rows.flat())
  const before = new Float32Array(tiles * M * D)
  let from = 0
  for (const [i, one] of known.entries()) {
    if (one instanceof Float32Array) before.set(one, from * D)
    from += rows[i]!.length
  }
  return {
    compared: { dtype: 'int32', shape: [tiles, M], data: compared },
    reference_states: { dtype: 'float32', shape: [tiles, M, D], data: before },
  }
}

/** What came of them, by unit; null where nothing was compared. `tokens` are those of each unit's chosen side. */
export function comparedOutputs(
  known: readonly Known[],
  { compared_states: states, kl }: HostArrays,
  tokens: readonly number[],
): (Compared | null)[] {
  const D = states?.shape[1] ?? 0
  let from = 0
  return known.map((one, i) => {
    if (!one) return null
    const to = from + tokens[i]!
    const own = (kl!.data as Float32Array).subarray(from, to)
    const found = {
      states: (states!.data as Float32Array).slice(from * D, to * D),
      kl: one === 'unknown' ? null : own.reduce((sum, value) => sum + value, 0),
    }
    from = to
    return found
  })
}

/** Where the scored tokens of the chosen side of unit `i` lie. */
function rowsOf(i: number, { data: owners }: HostArray, { data: weights }: HostArray): number[] {
  return [...owners.keys()].filter((n) => owners[n] === 2 * i && weights[n] === 1)
}
