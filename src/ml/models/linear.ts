// Linear maps by their checkpoint name, with the low-rank path of LoRA (Hu et al. 2021) where an adapter has one.
import * as tf from '../tf.ts'
import type { Tensor2D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import type { Linear } from './architecture.ts'
import { dropoutMasks, rowKeys, type RowKeys } from './dropout.ts'
import type { Adapter } from './lora.ts'
import { isTarget, loraNames, loraScale } from './lora.ts'

/**
 * y = x W^T + b, plus scale * drop(x) A^T B^T where the adapter targets the module. x is [rows, in].
 * `transposed` weights (Conv1D) are stored [in, out] and enter as they are. Without `keys` nothing is dropped.
 */
export function linearMaps(transposed: boolean, weights: Tensors, adapter?: Adapter, keys?: RowKeys | null): Linear {
  const masks = adapter && keys ? dropoutMasks(keys, adapter.settings.dropout) : null
  return (x, module) => {
    const weight = weights[`${module}.weight`]
    if (!weight) throw new Error(`The model has no weight '${module}.weight'. Check that its checkpoint is complete.`)
    const product = tf.matMul<Tensor2D>(x, weight, false, !transposed) // [N, out]
    const bias = weights[`${module}.bias`]
    const y = bias ? tf.add<Tensor2D>(product, bias) : product
    if (!adapter || !isTarget(adapter.settings, module)) return y
    const names = loraNames(module)
    const A = adapter.weights[names.A]
    const B = adapter.weights[names.B]
    if (!A || !B)
      throw new Error(`The adapter has no weights for '${module}', although its settings name it as a target.`)
    const input = masks ? tf.mul<Tensor2D>(x, masks.mask(module, x.shape[1])) : x
    const scale = loraScale(adapter.settings) / (masks?.kept ?? 1)
    const low = tf.mul<Tensor2D>(tf.matMul(input, A, false, true), scale) // [N, r]
    return tf.add(y, tf.matMul(low, B, false, true))
  }
}

/** What `linearMaps` draws the masks of `rows` rows from; null where the adapter drops nothing. */
export function dropoutKeys(adapter: Adapter | undefined, rows: number): RowKeys | null {
  return adapter?.dropout && adapter.settings.dropout > 0 ? rowKeys(adapter.dropout.seed, rows) : null
}
