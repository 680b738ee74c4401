// Recomputation in the backward pass (Chen et al. 2016), layer by layer: a block is one node of the gradient tape that keeps
// its input alone and runs again when its gradient is wanted, so that one block's intermediates are alive at a time.
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import { withGradient } from '../custom-gradient.ts'

/**
 * `f(x, shared)` as one node of the tape. Gradients flow to x and to `trained`, weights that f reads by itself from the state;
 * `shared` are constants made during the forward pass (masks, angles). f must give the same result both times.
 * Its frozen weights cost nothing in the backward pass.
 */
export function recomputed(
  f: (x: Tensor2D, shared: Tensors) => Tensor2D,
  x: Tensor2D,
  trained: readonly Tensor[],
  shared: Tensors,
): Tensor2D {
  const names = Object.keys(shared)
  return withGradient<Tensor2D>(
    [x, ...trained],
    () => ({ value: f(x, shared), saved: [x, ...Object.values(shared)] }),
    (dy, [kept, ...constants]) => {
      const again = Object.fromEntries(names.map((name, i) => [name, constants[i]!]))
      const inner = gradientsWithin(() => f(kept as Tensor2D, again), [kept!, ...trained], dy)
      return [kept!, ...trained].map((tensor, i) => inner[i] ?? tf.zerosLike(tensor))
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
