// Linear maps by their checkpoint name, with the low-rank path of LoRA (Hu et al. 2021) where an adapter has one.
// Their gradients are written out: they want the inputs alone, so a backward pass that was given a product need not make it again.
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import { withGradient } from '../custom-gradient.ts'
import type { Linear } from './architecture.ts'
import { dropoutMasks, rowKeys, type RowKeys } from './dropout.ts'
import type { Adapter } from './lora.ts'
import { isTarget, loraNames, loraScale } from './lora.ts'

/** What a pass over the maps has besides the weights. */
export type LinearPass = {
  /** What the masks of dropout are drawn from; without it nothing is dropped. */
  keys?: RowKeys | null
  /** Names of the tensors whose gradient is wanted; the input's always is. */
  trained?: ReadonlySet<string>
  /** Products by module: one that is there is taken instead of made, one that is made is put there. */
  products?: Record<string, Tensor>
}

/** The tensors of one map. */
type Parts = { weight: Tensor2D; bias?: Tensor; A?: Tensor2D; B?: Tensor2D }

/**
 * y = x W^T + b, plus scale * drop(x) A^T B^T where the adapter targets the module. x is [N, in].
 * `transposed` weights (Conv1D) are stored [in, out] and enter as they are.
 */
export function linearMaps(
  transposed: boolean,
  weights: Tensors,
  adapter?: Adapter,
  { keys, trained, products = {} }: LinearPass = {},
): Linear {
  return (x, modules) => {
    const maps = modules.map((module) => ({ module, ...partsOf(module, weights, adapter) }))
    const adapted = maps.filter(({ parts }) => parts.A)
    const lows = lowRank(x, adapted)
    return maps.map(({ module, names, parts }) => {
      const at = adapted.findIndex((map) => map.module === module)
      return whole(x, at < 0 ? null : lows[at]!, module, names, parts)
    })
  }

  /** scale * drop(x) A^T of each map, [N, r]: one product for all of them, where no masks keep their inputs apart. */
  function lowRank(x: Tensor2D, maps: readonly { module: string; names: Names; parts: Parts }[]): Tensor2D[] {
    if (!adapter || maps.length === 0) return []
    const scale = loraScale(adapter.settings)
    if (!keys) {
      const low = stackedLow(
        x,
        maps.map(({ parts }) => parts.A!),
        scale,
        maps.map(({ names }) => Boolean(trained?.has(names.A))),
      )
      return maps.length === 1 ? [low] : tf.split(low, maps.length, 1)
    }
    const { mask, kept } = dropoutMasks(keys, adapter.settings.dropout)
    return maps.map(({ module, names, parts }) => {
      const input = tf.mul<Tensor2D>(x, mask(module, x.shape[1])) // [N, in]
      return stackedLow(input, [parts.A!], scale / kept, [Boolean(trained?.has(names.A))])
    })
  }

  /** The map itself, with the low-rank input's share. */
  function whole(x: Tensor2D, low: Tensor2D | null, module: string, names: Names, parts: Parts): Tensor2D {
    const { weight, bias, B } = parts
    const wanted = (['weight', 'bias', 'B'] as const).filter((part) => parts[part] && trained?.has(names[part]))
    return withGradient<Tensor2D>(
      [x, ...(low ? [low] : []), ...wanted.map((part) => parts[part]!)],
      () => {
        const made = products[module] as Tensor2D | undefined
        const value = made ? tf.clone(made) : product(x, low, parts)
        products[module] ??= value
        return { value, saved: [x, ...(low ? [low] : [])] }
      },
      (dy, [x, low]) => {
        const of = {
          weight: () => (transposed ? tf.matMul(x as Tensor2D, dy, true, false) : tf.matMul(dy, x as Tensor2D, true)),
          bias: () => tf.sum(dy, 0), // [out]
          B: () => tf.matMul(dy, low as Tensor2D, true), // [out, r]
        }
        return [
          tf.matMul(dy, weight, false, transposed), // [N, in]
          ...(low ? [tf.matMul(dy, B!)] : []), // [N, r]
          ...wanted.map((part) => of[part]()),
        ]
      },
    )

    function product(x: Tensor2D, low: Tensor2D | null, { weight, B }: Parts) {
      const plain = tf.matMul<Tensor2D>(x, weight, false, !transposed) // [N, out]
      const y = bias ? tf.add<Tensor2D>(plain, bias) : plain
      return low ? tf.add<Tensor2D>(y, tf.matMul(low, B!, false, true)) : y
    }
  }
}

/** scale * x [A1; A2; ...]^T, [N, r of all]. `wanted` says of which A a gradient is. */
function stackedLow(x: Tensor2D, As: readonly Tensor2D[], scale: number, wanted: readonly boolean[]): Tensor2D {
  const stacked = () => (As.length === 1 ? As[0]! : tf.concat<Tensor2D>([...As], 0)) // [r of all, in]
  return withGradient<Tensor2D>(
    [x, ...As.filter((_, i) => wanted[i])],
    () => ({ value: tf.mul<Tensor2D>(tf.matMul(x, stacked(), false, true), scale), saved: [x] }),
    (dy, [x]) => {
      const scaled = tf.mul<Tensor2D>(dy, scale)
      const through = tf.matMul<Tensor2D>(scaled, stacked()) // [N, in]
      if (!wanted.includes(true)) return [through]
      const dA = tf.matMul<Tensor2D>(scaled, x as Tensor2D, true) // [r of all, in]
      const rows = As.length === 1 ? [dA] : tf.split(dA, As.length, 0)
      return [through, ...rows.filter((_, i) => wanted[i])]
    },
  )
}

/** What `linearMaps` draws the masks of `rows` rows from; null where the adapter drops nothing. */
export function dropoutKeys(adapter: Adapter | undefined, rows: number): RowKeys | null {
  return adapter?.dropout && adapter.settings.dropout > 0 ? rowKeys(adapter.dropout.seed, rows) : null
}

type Names = Record<keyof Parts, string>

function partsOf(module: string, weights: Tensors, adapter: Adapter | undefined): { names: Names; parts: Parts } {
  const names = { weight: `${module}.weight`, bias: `${module}.bias`, ...loraNames(module) }
  const weight = weights[names.weight] as Tensor2D | undefined
  if (!weight) throw new Error(`The model has no weight '${names.weight}'. Check that its checkpoint is complete.`)
  const bias = weights[names.bias]
  const parts: Parts = { weight, ...(bias ? { bias } : {}) }
  if (!adapter || !isTarget(adapter.settings, module)) return { names, parts }
  const A = adapter.weights[names.A] as Tensor2D | undefined
  const B = adapter.weights[names.B] as Tensor2D | undefined
  if (!A || !B)
    throw new Error(`The adapter has no weights for '${module}', although its settings name it as a target.`)
  return { names, parts: { ...parts, A, B } }
}
