// The gradient of a loss with respect to named weights, with what the loss computed on its way.
import * as tf from './tf.ts'
import type { Scalar, Tensor } from './tf.ts'
import type { Tensors } from './program.ts'

/**
 * Value and gradient of `f(state).loss` with respect to the state entries in `names`.
 * `aux` are tensors f wants to report; they carry no gradient further. A weight that the loss does not reach has gradient zero.
 * Returns grads under the same names and shapes. Throws when a name is not in the state or the loss reaches none of them.
 */
export function lossAndGradients(
  names: readonly string[],
  state: Tensors,
  f: (weights: Tensors) => { loss: Scalar; aux: Tensors },
): { loss: Scalar; aux: Tensors; grads: Tensors } {
  const trained = names.map((name) => {
    const weight = state[name]
    if (!weight) throw new Error(`Cannot train '${name}': the model has no weight of that name.`)
    return weight
  })
  // tfjs frees all that f made except the loss; keep() carries aux over, and the clones belong to the caller's scope again.
  const kept: Record<string, Tensor> = {}
  try {
    const forward = () => {
      const { loss, aux } = f(state)
      for (const [name, tensor] of Object.entries(aux)) kept[name] = tf.keep(tf.clone(tensor))
      return loss
    }
    // The engine itself and not tf.valueAndGrads, which refuses a weight that the loss does not reach.
    const { value, grads } = tf.engine().gradients(forward, trained)
    return {
      loss: value,
      aux: Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, tf.clone(tensor)])),
      grads: Object.fromEntries(names.map((name, i) => [name, grads[i] ?? tf.zerosLike(trained[i]!)])),
    }
  } finally {
    for (const tensor of Object.values(kept)) tensor.dispose()
  }
}
