// A function with its own gradient, over tf.customGrad: what the backward pass reads is saved, never captured.
import * as tf from './tf.ts'
import type { Tensor } from './tf.ts'

/**
 * Runs `forward` once, as one node of the gradient tape.
 * `backward` gets the gradient of the value and what forward saved, and returns one gradient for each of `inputs`, in order.
 * It must read tensors from `saved` alone: anything else it closes over is already freed when it runs.
 */
export function withGradient<T extends Tensor>(
  inputs: readonly Tensor[],
  forward: () => { value: T; saved: Tensor[] },
  backward: (dy: T, saved: Tensor[]) => Tensor[],
): T {
  return tf.customGrad<T>((...received) => {
    const { value, saved } = forward()
    const save = received.at(-1)
    if (typeof save === 'function') save(saved)
    return { value, gradFunc: backward }
  })(...inputs)
}

/** What `f` makes of `inputs`, without a way back for a gradient: `f` may be made of operations that have none. */
export function withoutGradient<T extends Tensor>(inputs: readonly Tensor[], f: () => T): T {
  return withGradient<T>(
    inputs,
    () => ({ value: f(), saved: [...inputs] }),
    (_, saved) => saved.map((input) => tf.zerosLike(input)),
  )
}

/** `x` without a way back for a gradient. */
export function fixed<T extends Tensor>(x: T): T {
  return withoutGradient([x], () => tf.clone(x))
}
