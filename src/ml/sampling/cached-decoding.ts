// The programs of generation, over a cache of keys and values: read prompts into slots of it, add one token to each answer, move answers
// to other slots. An answer's slot holds its prompt too, from the first column on, so that each can begin and end on its own.
import * as tf from '../tf.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import { firstRows, rowsReplaced } from '../in-place.ts'
import type { HostArrays, Program, Tensors } from '../program.ts'
import type { Attend } from '../models/architecture.ts'
import { attended, causalMask, visibilityMask } from '../models/attention.ts'
import { headsFirst, tokensFirst } from '../models/heads.ts'
import type { ModelConfig } from '../models/config.ts'
import type { Adapter, LoraSettings } from '../models/lora.ts'
import { decoded, headWeight } from '../models/transformer.ts'

/** R slots of S tokens each; S is a multiple of `block`. */
export type CacheShape = { R: number; S: number }

/** Columns of the cache that are written together when a prompt is read. */
export const block = 32

/** What is told of the tokens that may come next: the likeliest one, the share of each at the answer's temperature, or the logits. */
export type Telling = 'best' | 'shares' | 'logits'

type Kind = 'k' | 'v'
const kinds: readonly Kind[] = ['k', 'v']

/** Names of the cached keys and values in an executor's state; the shape is part of the name, so shapes never mix. */
function cacheName(kind: Kind, layer: number, { R, S }: CacheShape): string {
  return `cache/${R}x${S}/${kind}/${layer}`
}

/** The names of all that a cache of this shape leaves in an executor's state. */
export function cacheNames({ layers }: ModelConfig, shape: CacheShape): string[] {
  return Array.from({ length: layers }, (_, layer) => kinds.map((kind) => cacheName(kind, layer, shape))).flat()
}

/**
 * The cache, [R, KV, S, Dh] for every layer, keys and values, to be put before anything is read: all zeros, as what no answer has written
 * yet must be a number. Put and not made by a program: there the like of all layers would be one, and the programs write into each.
 */
export function emptyCache(config: ModelConfig, shape: CacheShape): HostArrays {
  const size = [shape.R, config.kvHeads, shape.S, config.headDim]
  const data = new Float32Array(size.reduce((product, side) => product * side, 1))
  return Object.fromEntries(
    cacheNames(config, shape).map((name) => [name, { dtype: 'float32', shape: [...size], data }]),
  )
}

/**
 * Reads n prompts into the slots of m answers. Inputs `ids`, `positions` int32 [n, blocks, block], a prompt's tokens first and then
 * padding; `ends` int32 [n], where each prompt's last token lies among all n * blocks * block; `slots` and `from` int32 [m]: the slot of
 * each answer, no two alike, and which prompt it answers; `temperature` [m] where shares are told. Outputs, as told: `best` int32 [m],
 * `shares` or `logits` [m, V].
 */
export function promptReading(
  config: ModelConfig,
  shape: CacheShape,
  telling: readonly Telling[],
  lora?: LoraSettings,
): Program {
  const perHead = shape.S / block
  return {
    name: 'sampling.prompt',
    sizes: {
      ...{ ids: ['prompts', 'blocks', null], positions: ['prompts', 'blocks', null], ends: ['prompts'] },
      ...{ slots: ['answers'], from: ['answers'], temperature: ['answers'] },
    },
    run(state, inputs) {
      const { ends, slots, from } = inputs as Record<string, Tensor1D>
      const [n, blocks] = inputs.ids!.shape as [number, number]
      const m = slots!.shape[0]
      const P = blocks * block
      const rows = (name: string) => tf.reshape<tf.Rank.R2>(inputs[name]!, [n, P])
      const order = tf.reshape<tf.Rank.R2>(tf.range(0, P, 1, 'int32'), [1, P])
      const mask = causalMask(order, order) // [1, 1, P, P]
      const at = placesOf(
        slots!,
        [config.kvHeads, perHead],
        tf.reshape(tf.range(0, blocks, 1, 'int32'), [1, 1, blocks]),
      )
      const attend: Attend = (layer, q, k, v) => {
        const [queries, keys, values] = [q, k, v].map((x) => inRows(x, n)) as [Tensor4D, Tensor4D, Tensor4D]
        const written = (kind: Kind, x: Tensor4D) => {
          const name = cacheName(kind, layer, shape)
          const [, KV, , Dh] = x.shape
          const of = tf.reshape<tf.Rank.R2>(tf.gather(x, from!), [m * KV * blocks, block * Dh])
          return [name, withPieces(state[name]!, at, of)] as const
        }
        return {
          context: tokensFirst(attended(queries, keys, values, mask).context),
          kept: Object.fromEntries([written('k', keys), written('v', values)]),
        }
      }
      const tokens = { ids: rows('ids'), positions: rows('positions') }
      const { hidden, kept } = decoded(config, state, tokens, attend, adapterIn(state, lora))
      const last = tf.gather(tf.reshape<tf.Rank.R2>(hidden, [n * P, config.D]), ends!) // [n, D]
      const logits = tf.gather(headLogits(config, state, last), from!) // [m, V]
      return { updates: kept, outputs: told(telling, logits, inputs) }
    },
  }
}

/**
 * Adds a token to the answers in the first A slots. Inputs `ids`, `positions`, `columns` int32 [A]: the token, its place in the text, and
 * the column of the slot where it goes, up to which the slot is read; `temperature` [A] where shares are told. Outputs as of
 * `promptReading`, [A] and [A, V].
 */
export function tokenReading(
  config: ModelConfig,
  shape: CacheShape,
  telling: readonly Telling[],
  lora?: LoraSettings,
): Program {
  return {
    name: 'sampling.token',
    sizes: { ids: ['A'], positions: ['A'], columns: ['A'], temperature: ['A'] },
    run(state, inputs) {
      const { ids, positions, columns } = inputs as Record<string, Tensor1D>
      const [A] = ids!.shape
      const { S } = shape
      const order = tf.reshape(tf.range(0, S, 1, 'int32'), [1, S])
      const visible = tf.lessEqual(order, tf.reshape(columns!, [A, 1])) // [A, S]
      const mask = tf.reshape<tf.Rank.R4>(visibilityMask(tf.cast(visible, 'float32')), [A, 1, 1, S])
      const at = placesOf(tf.range(0, A, 1, 'int32'), [config.kvHeads, S], tf.reshape(columns!, [A, 1, 1]))
      const attend: Attend = (layer, q, k, v) => {
        const written = (kind: Kind, x: Tensor3D) => {
          const name = cacheName(kind, layer, shape)
          const [, KV, Dh] = x.shape
          return [name, withPieces(state[name]!, at, tf.reshape(x, [A * KV, Dh]))] as const
        }
        const [keys, values] = [written('k', k), written('v', v)]
        const [, H, Dh] = q.shape
        const { context } = attended(tf.reshape(q, [A, H, 1, Dh]), firstRows(keys[1], A), firstRows(values[1], A), mask)
        return { context: tf.reshape(context, [A, H * Dh]), kept: Object.fromEntries([keys, values]) }
      }
      const column = (x: Tensor) => tf.reshape<tf.Rank.R2>(x, [A, 1])
      const tokens = { ids: column(ids!), positions: column(positions!) }
      const { hidden, kept } = decoded(config, state, tokens, attend, adapterIn(state, lora))
      const logits = headLogits(config, state, tf.reshape(hidden, [A, config.D]))
      return { updates: kept, outputs: told(telling, logits, inputs) }
    },
  }
}

/** Moves answers from some slots, int32 `from` [m], to others, int32 `to` [m], none of them among the former. */
export function slotMoving(config: ModelConfig, shape: CacheShape): Program {
  const { R, S } = shape
  return {
    name: 'sampling.move',
    sizes: { from: ['answers'], to: ['answers'] },
    run(state, inputs) {
      const { from, to } = inputs as Record<string, Tensor1D>
      const moved = (name: string) => {
        const slots = tf.reshape<tf.Rank.R2>(state[name]!, [R, config.kvHeads * S * config.headDim])
        return withPieces(state[name]!, to!, tf.gather(slots, from!))
      }
      return {
        updates: Object.fromEntries(cacheNames(config, shape).map((name) => [name, moved(name)])),
        outputs: {},
      }
    },
  }
}

/** A cache as a list of pieces as long as those of `pieces`, [m, n], with these in the places `at`, int32 [m]; in its own shape. */
function withPieces(cache: Tensor, at: Tensor1D, pieces: Tensor2D): Tensor4D {
  const list = tf.reshape<tf.Rank.R2>(cache, [-1, pieces.shape[1]])
  return tf.reshape<tf.Rank.R4>(rowsReplaced(list, at, pieces), cache.shape as Tensor4D['shape'])
}

/** Where numbers of slots, int32 [m], lie in a cache whose heads have `columns` places each: at the places `within` a head, [m or 1, 1, c]. */
function placesOf(slots: Tensor1D, [KV, columns]: readonly [number, number], within: Tensor): Tensor1D {
  const whole = (value: number) => tf.scalar(value, 'int32')
  const [m] = slots.shape
  const heads = tf.reshape(tf.range(0, KV, 1, 'int32'), [1, KV, 1])
  const slot = tf.mul(tf.reshape(slots, [m, 1, 1]), whole(KV * columns))
  const all = tf.add(tf.add(slot, tf.mul(heads, whole(columns))), within) // [m, KV, c]
  return tf.reshape(all, [m * KV * within.shape[2]!])
}

/** Tokens of B rows, [B*T, heads, Dh], as [B, heads, T, Dh]. */
function inRows(x: Tensor3D, B: number): Tensor4D {
  const [N, heads, Dh] = x.shape
  return headsFirst(x, [B, N / B, heads, Dh])
}

function headLogits(config: ModelConfig, state: Tensors, hidden: Tensor2D): Tensor2D {
  return tf.matMul(hidden, headWeight(config, state), false, true) // [rows, V]
}

function told(telling: readonly Telling[], logits: Tensor2D, inputs: Tensors): Tensors {
  const outputs: Record<Telling, () => Tensor> = {
    best: () => tf.argMax(logits, 1),
    shares: () => tf.softmax(tf.div(logits, tf.reshape(inputs.temperature!, [logits.shape[0], 1]))),
    logits: () => logits,
  }
  return Object.fromEntries(telling.map((what) => [what, outputs[what]()]))
}

const adapterIn = (state: Tensors, settings?: LoraSettings): Adapter | undefined =>
  settings && { settings, weights: state }
