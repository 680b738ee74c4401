// The two programs of generation: read the prompts at once, then one token a row at a time with cached keys and values.
// Rows end at the same column (prompts are padded on the left), so a step shifts the cache by one column: shapes stay static.
import * as tf from '../tf.ts'
import type { Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import type { HostArray, HostArrays, Program, Tensors } from '../program.ts'
import type { Attend } from '../models/architecture.ts'
import { attention, attentionMask, visibilityMask } from '../models/attention.ts'
import type { ModelConfig } from '../models/config.ts'
import type { Adapter, LoraSettings } from '../models/lora.ts'
import { decoded, headWeight } from '../models/transformer.ts'

/** B rows, prompts padded to P columns, a cache of C > P columns. */
export type CacheShape = { B: number; P: number; C: number }

/** Names of the cached keys and values in an executor's state; the shape is part of the name, so shapes never mix. */
export function cacheName(kind: 'k' | 'v', layer: number, { B, C }: CacheShape): string {
  return `cache/${B}x${C}/${kind}/${layer}`
}

/** An empty cache [B, KV, C, Dh] for every layer, to be put before the first program runs. */
export function emptyCache(config: ModelConfig, shape: CacheShape): HostArrays {
  const size = [shape.B, config.kvHeads, shape.C, config.headDim]
  const data = new Float32Array(size.reduce((product, side) => product * side, 1))
  const cache: Record<string, HostArray> = {}
  for (let layer = 0; layer < config.layers; layer++) {
    for (const kind of ['k', 'v'] as const)
      cache[cacheName(kind, layer, shape)] = { dtype: 'float32', shape: [...size], data }
  }
  return cache
}

/** Inputs `ids`, `positions`, `units`, `branches` int32 [B, P]; fills the cache; output `logits` [B, V] of the last column. */
export function promptReading(config: ModelConfig, shape: CacheShape, lora?: LoraSettings): Program {
  const { B, P, C } = shape
  return {
    name: `sampling.prompt ${B}x${P} of ${C}`,
    run(state, inputs) {
      const { ids, positions, units, branches } = inputs as Record<string, Tensor2D>
      const mask = attentionMask(units!, branches!) // [B, 1, P, P]
      const empty = tf.zeros<tf.Rank.R4>([B, config.kvHeads, C - P, config.headDim])
      const attend: Attend = (layer, q, k, v) => {
        const [rows, keys, values] = [q, k, v].map((x) => headsFirst(x, B)) as [Tensor4D, Tensor4D, Tensor4D]
        const kept = {
          [cacheName('k', layer, shape)]: tf.concat([empty, keys], 2), // [B, KV, C, Dh]
          [cacheName('v', layer, shape)]: tf.concat([empty, values], 2),
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

/** Inputs `ids`, `positions` int32 [B, 1] and `visible` [B, C], 1 where the cache (new token last) holds a token of the row. */
export function tokenReading(config: ModelConfig, shape: CacheShape, lora?: LoraSettings): Program {
  const { B, C } = shape
  return {
    name: `sampling.token ${B} of ${C}`,
    run(state, inputs) {
      const ids = inputs.ids as Tensor2D
      const positions = inputs.positions as Tensor2D
      const mask = tf.reshape<tf.Rank.R4>(visibilityMask(inputs.visible as Tensor2D), [B, 1, 1, C])
      const shifted = (name: string, last: Tensor4D) => {
        const [, KV, , Dh] = last.shape
        return tf.concat([tf.slice(state[name] as Tensor4D, [0, 0, 1, 0], [B, KV, C - 1, Dh]), last], 2) // [B, KV, C, Dh]
      }
      const attend: Attend = (layer, q, k, v) => {
        const keys = shifted(cacheName('k', layer, shape), headsFirst(k, B))
        const values = shifted(cacheName('v', layer, shape), headsFirst(v, B))
        const kept = { [cacheName('k', layer, shape)]: keys, [cacheName('v', layer, shape)]: values }
        return { context: tokensFirst(attention(headsFirst(q, B), keys, values, mask)), kept }
      }
      const { hidden, kept } = decoded(config, state, { ids, positions }, attend, adapterIn(state, lora))
      return { updates: kept, outputs: { logits: lastLogits(config, state, hidden) } }
    },
  }
}

/** Tokens of B rows [B*T, heads, Dh] as [B, heads, T, Dh], and back as [B*T, heads*Dh]. */
function headsFirst(x: Tensor3D, B: number): Tensor4D {
  const [N, heads, Dh] = x.shape
  return tf.transpose(tf.reshape<tf.Rank.R4>(x, [B, N / B, heads, Dh]), [0, 2, 1, 3])
}

function tokensFirst(context: Tensor4D): Tensor2D {
  const [B, H, T, Dh] = context.shape
  return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [B * T, H * Dh])
}

function lastLogits(config: ModelConfig, state: Tensors, hidden: Tensor3D): tf.Tensor {
  const [B, T, D] = hidden.shape
  const last = tf.reshape(tf.slice(hidden, [0, T - 1, 0], [B, 1, D]), [B, D])
  return tf.matMul(last, headWeight(config, state), false, true) // [B, V]
}

const adapterIn = (state: Tensors, settings?: LoraSettings): Adapter | undefined =>
  settings && { settings, weights: state }
