// Recomputation in the backward pass (Chen et al. 2016), block by block: a block is one node of the gradient tape, which keeps its
// input and the products of its linear maps and makes all else again when its gradient is wanted. These products are nearly all
// of the block's arithmetic and a small part of its intermediates; what else tfjs would keep is alive for one block at a time.
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import { withGradient } from '../custom-gradient.ts'

/**
 * A block of the model. `shared` are constants made during the forward pass (masks, angles). `products` is empty the first time
 * and the block puts into it what it wants to find there the second time.
 */
export type Block = (x: Tensor2D, shared: Tensors, products: Record<string, Tensor>) => Tensor2D

/**
 * `block(x, shared)` as one node of the tape. Gradients flow to x and to `trained`, weights that the block reads by itself from
 * the state, and nothing is spent on its other weights.
 */
export function recomputed(block: Block, x: Tensor2D, trained: readonly Tensor[], shared: Tensors): Tensor2D {
  const names: string[] = []
  return withGradient<Tensor2D>(
    [x, ...trained],
    () => {
      const products: Record<string, Tensor> = {}
      const value = block(x, shared, products)
      names.push(...Object.keys(products))
      return { value, saved: [x, ...Object.values(shared), ...Object.values(products)] }
    },
    (dy, [input, ...rest]) => {
      const sharedNames = Object.keys(shared)
      const constants = Object.fromEntries(sharedNames.map((name, i) => [name, rest[i]!]))
      const products = Object.fromEntries(names.map((name, i) => [name, rest[sharedNames.length + i]!]))
      const inputs = [input!, ...trained]
      const grads = gradientsWithin(() => block(input as Tensor2D, constants, products), inputs, dy)
      return inputs.map((tensor, i) => grads[i] ?? tf.zerosLike(tensor))
    },
  )
}

/** Gradients on a tape of their own while an outer tape is read backwards: tfjs would take the one for the other. */
function gradientsWithin(f: () => Tensor, inputs: readonly Tensor[], dy: Tensor): (Tensor | null | undefined)[] {
  const { state } = tf.engine()
  const outer = state.activeTape
  try {
    const { value, grads } = tf.engine().gradients(f, [...inputs], dy, true)
    value.dispose()
    return grads
  } finally {
    state.activeTape = outer
  }
}
