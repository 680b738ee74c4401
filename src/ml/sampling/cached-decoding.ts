// The two programs of generation: read the prompts at once, then one token a row at a time with cached keys and values.
// Several answers to one prompt share its keys and values, which never change. What the answers add lies beside them, and ends at the
// same column in all rows, so a step shifts that part by one column: shapes stay static.
import * as tf from '../tf.ts'
import type { Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import type { HostArray, HostArrays, Program, Tensors } from '../program.ts'
import type { Attend } from '../models/architecture.ts'
import { headsFirst, tokensFirst } from '../models/heads.ts'
import { attention, attentionMask, visibilityMask } from '../models/attention.ts'
import type { ModelConfig } from '../models/config.ts'
import type { Adapter, LoraSettings } from '../models/lora.ts'
import { decoded, headWeight } from '../models/transformer.ts'
import { attendedBesidePrompt } from './prompt-attention.ts'

/** B prompts padded to P columns, `each` answers to every one, and room for C tokens of an answer. */
export type CacheShape = { B: number; each: number; P: number; C: number }

type Part = 'prompt' | 'own'

/** Names of the cached keys and values in an executor's state; the shape is part of the name, so shapes never mix. */
export function cacheName(part: Part, kind: 'k' | 'v', layer: number, shape: CacheShape): string {
  return `cache/${part}/${cacheRows(part, shape).join('x')}/${kind}/${layer}`
}

const cacheRows = (part: Part, { B, each, P, C }: CacheShape) => (part === 'prompt' ? [B, P] : [B * each, C])

/** The names of all that a cache of this shape leaves in an executor's state. */
export function cacheNames({ layers }: ModelConfig, shape: CacheShape): string[] {
  return Array.from({ length: layers }, (_, layer) =>
    (['prompt', 'own'] as const).flatMap((part) => kinds.map((kind) => cacheName(part, kind, layer, shape))),
  ).flat()
}

const kinds = ['k', 'v'] as const

/** What the answers add, empty, [B * each, KV, C, Dh] for every layer: to be put before the first step. The prompts' part comes of reading them. */
export function emptyCache(config: ModelConfig, shape: CacheShape): HostArrays {
  const size = [shape.B * shape.each, config.kvHeads, shape.C, config.headDim]
  const data = new Float32Array(size.reduce((product, side) => product * side, 1))
  const cache: Record<string, HostArray> = {}
  for (let layer = 0; layer < config.layers; layer++) {
    for (const kind of kinds) cache[cacheName('own', kind, layer, shape)] = { dtype: 'float32', shape: [...size], data }
  }
  return cache
}

/** Inputs `ids`, `positions`, `units`, `branches` int32 [B, P]; fills the prompts' cache; output `logits` [B, V] of the last column. */
export function promptReading(config: ModelConfig, shape: CacheShape, lora?: LoraSettings): Program {
  const { B, P } = shape
  return {
    name: `sampling.prompt ${B}x${P}`,
    run(state, inputs) {
      const { ids, positions, units, branches } = inputs as Record<string, Tensor2D>
      const mask = attentionMask(units!, branches!) // [B, 1, P, P]
      const attend: Attend = (layer, q, k, v) => {
        const [rows, keys, values] = [q, k, v].map((x) => inRows(x, B)) as [Tensor4D, Tensor4D, Tensor4D]
        const kept = {
          [cacheName('prompt', 'k', layer, shape)]: keys, // [B, KV, P, Dh]
          [cacheName('prompt', 'v', layer, shape)]: values,
        }
        return { context: tokensFirst(attention(rows, keys, values, mask)), kept }
      }
      const { hidden, kept } = decoded(
        config,
        state,
        { ids: ids!, positions: positions! },
        attend,
        adapterIn(state, lora),
      )
      return { updates: kept, outputs: { logits: lastLogits(config, state, hidden) } }
    },
  }
}

/**
 * Inputs `ids`, `positions` int32 [B * each, 1]; `prompt_visible` [B, P] and `own_visible` [1, C], 1 where a cache holds a token, the
 * new one last. Output `logits` [B * each, V].
 */
export function tokenReading(config: ModelConfig, shape: CacheShape, lora?: LoraSettings): Program {
  const { B, each, P, C } = shape
  const rows = B * each
  return {
    name: `sampling.token ${B}x${each} of ${P}+${C}`,
    run(state, inputs) {
      const ids = inputs.ids as Tensor2D
      const positions = inputs.positions as Tensor2D
      const masks = {
        prompt: tf.reshape<tf.Rank.R4>(visibilityMask(inputs.prompt_visible!), [B, 1, 1, P]),
        own: tf.reshape<tf.Rank.R4>(visibilityMask(inputs.own_visible!), [1, 1, 1, C]),
      }
      const shifted = (name: string, last: Tensor4D) => {
        const [, KV, , Dh] = last.shape
        return tf.concat([tf.slice(state[name] as Tensor4D, [0, 0, 1, 0], [rows, KV, C - 1, Dh]), last], 2) // [B * each, KV, C, Dh]
      }
      const attend: Attend = (layer, q, k, v) => {
        const cached = (kind: 'k' | 'v') => state[cacheName('prompt', kind, layer, shape)] as Tensor4D
        const own = {
          k: shifted(cacheName('own', 'k', layer, shape), inRows(k, rows)),
          v: shifted(cacheName('own', 'v', layer, shape), inRows(v, rows)),
        }
        const context = attendedBesidePrompt(q, { k: cached('k'), v: cached('v') }, own, masks)
        const kept = {
          [cacheName('own', 'k', layer, shape)]: own.k,
          [cacheName('own', 'v', layer, shape)]: own.v,
        }
        return { context, kept }
      }
      const { hidden, kept } = decoded(config, state, { ids, positions }, attend, adapterIn(state, lora))
      return { updates: kept, outputs: { logits: lastLogits(config, state, hidden) } }
    },
  }
}

/** Tokens of B rows, [B*T, heads, Dh], as [B, heads, T, Dh]. */
function inRows(x: Tensor3D, B: number): Tensor4D {
  const [N, heads, Dh] = x.shape
  return headsFirst(x, [B, N / B, heads, Dh])
}

function lastLogits(config: ModelConfig, state: Tensors, hidden: Tensor3D): tf.Tensor {
  const [B, T, D] = hidden.shape
  const last = tf.reshape(tf.slice(hidden, [0, T - 1, 0], [B, 1, D]), [B, D])
  return tf.matMul(last, headWeight(config, state), false, true) // [B, V]
}

const adapterIn = (state: Tensors, settings?: LoraSettings): Adapter | undefined =>
  settings && { settings, weights: state }
