// Linear maps by their checkpoint name, with the low-rank path of LoRA (Hu et al. 2021) where an adapter has one.
// The gradient is written out: it wants the input alone, so a backward pass that was given the product need not make it again.
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
 * y = x W^T + b, plus scale * drop(x) A^T B^T where the adapter targets the module. x is [rows, in].
 * `transposed` weights (Conv1D) are stored [in, out] and enter as they are.
 */
export function linearMaps(
  transposed: boolean,
  weights: Tensors,
  adapter?: Adapter,
  { keys, trained, products = {} }: LinearPass = {},
): Linear {
  return (x, module) => {
    const { names, parts } = partsOf(module, weights, adapter)
    const wanted = (Object.keys(parts) as (keyof Parts)[]).filter((part) => trained?.has(names[part]))
    return withGradient<Tensor2D>(
      [x, ...wanted.map((part) => parts[part]!)],
      () => {
        const made = products[module] as Tensor2D | undefined
        const value = made ? tf.clone(made) : product(x, parts, lowRank(x, keys))
        products[module] ??= value
        return { value, saved: [x, ...(keys ? [keys.first, keys.second] : [])] }
      },
      (dy, [x, first, second]) => {
        const dropped = lowRank(x as Tensor2D, first && second && { first, second })
        const grads = gradients(x as Tensor2D, dy, parts, dropped, wanted)
        return [grads.x, ...wanted.map((part) => grads[part]!)]
      },
    )

    /** The adapter's input with its mask, the mask, and what the low-rank product is multiplied by. */
    function lowRank(x: Tensor2D, keys?: RowKeys | null) {
      if (!adapter || !parts.A) return { input: x, mask: null, scale: 1 }
      const masks = keys ? dropoutMasks(keys, adapter.settings.dropout) : null
      const mask = masks && masks.mask(module, x.shape[1]) // [N, in]
      const scale = loraScale(adapter.settings) / (masks?.kept ?? 1)
      return { input: mask ? tf.mul<Tensor2D>(x, mask) : x, mask, scale }
    }
  }

  function product(x: Tensor2D, { weight, bias, A, B }: Parts, { input, scale }: { input: Tensor2D; scale: number }) {
    const plain = tf.matMul<Tensor2D>(x, weight, false, !transposed) // [N, out]
    const y = bias ? tf.add<Tensor2D>(plain, bias) : plain
    if (!A || !B) return y
    const low = tf.mul<Tensor2D>(tf.matMul(input, A, false, true), scale) // [N, r]
    return tf.add<Tensor2D>(y, tf.matMul(low, B, false, true))
  }

  function gradients(
    x: Tensor2D,
    dy: Tensor2D,
    { weight, A, B }: Parts,
    { input, mask, scale }: { input: Tensor2D; mask: Tensor | null; scale: number },
    wanted: readonly (keyof Parts)[],
  ): { x: Tensor } & { [P in keyof Parts]?: Tensor } {
    const plain = tf.matMul<Tensor2D>(dy, weight, false, transposed) // [N, in]
    const dLow = A && B && tf.mul<Tensor2D>(tf.matMul(dy, B), scale) // [N, r]
    const through = dLow && tf.matMul<Tensor2D>(dLow, A!) // [N, in]
    const of: { [P in keyof Parts]?: () => Tensor } = {
      weight: () => (transposed ? tf.matMul(x, dy, true, false) : tf.matMul(dy, x, true, false)),
      bias: () => tf.sum(dy, 0), // [out]
      A: () => tf.matMul(dLow!, input, true, false), // [r, in]
      B: () => tf.matMul(dy, tf.mul<Tensor2D>(tf.matMul(input, A!, false, true), scale), true, false), // [out, r]
    }
    return {
      x: through ? tf.add(plain, mask ? tf.mul(through, mask) : through) : plain,
      ...Object.fromEntries(wanted.map((part) => [part, of[part]!()])),
    }
  }
}

/** What `linearMaps` draws the masks of `rows` rows from; null where the adapter drops nothing. */
export function dropoutKeys(adapter: Adapter | undefined, rows: number): RowKeys | null {
  return adapter?.dropout && adapter.settings.dropout > 0 ? rowKeys(adapter.dropout.seed, rows) : null
}

function partsOf(module: string, weights: Tensors, adapter: Adapter | undefined) {
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
