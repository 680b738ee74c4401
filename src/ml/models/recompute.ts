// Recomputation in the backward pass (Chen et al. 2016), block by block: a block is one node of the gradient tape, which keeps its
// input and the products of its linear maps and makes all else again when its gradient is wanted. These products are nearly all
// of the block's arithmetic and a small part of its intermediates; what else tfjs would keep is alive for one block at a time.
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import { afterwards } from '../afterwards.ts'
import { withGradient } from '../custom-gradient.ts'

/**
 * A block of the model. `shared` are constants made during the forward pass (masks, angles). `products` is empty the first time
 * and the block puts into it what it wants to find there the second time.
 */
export type Block = (x: Tensor2D, shared: Tensors, products: Record<string, Tensor>) => Tensor2D

/**
 * `block(x, shared)` as one node of the tape. Gradients flow to x and to `trained`, weights that the block reads by itself from
 * the state, and nothing is spent on its other weights. Op by op all but the products is made again in the backward pass. Where
 * the program is recorded it is so only with `again`; without, what the forward pass made is kept: faster, and more memory.
 */
export function recomputed(
  block: Block,
  x: Tensor2D,
  { trained, shared, again }: { trained: readonly Tensor[]; shared: Tensors; again: boolean },
): Tensor2D {
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
      // Tied to the gradient: else a recorder would take the second time for the first.
      const second = <T extends Tensor>(tensor: T): T => (again ? afterwards(tensor, dy) : tf.clone(tensor))
      const products = Object.fromEntries(names.map((name, i) => [name, second(rest[sharedNames.length + i]!)]))
      const start = second(input as Tensor2D)
      const inputs = [start, ...trained]
      const grads = gradientsWithin(() => block(start, constants, products), inputs, dy)
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
