// AdamW (Loshchilov and Hutter 2019) with torch's exact order of operations. Its two slots go by the parameter's name.
import * as tf from '../tf.ts'
import type { Scalar, Tensor } from '../tf.ts'
import { floats, type HostArrays } from '../program.ts'

export type AdamwSettings = { beta1: number; beta2: number; epsilon: number; weightDecay: number }

/** Names of a parameter's slots in the state: running mean of its gradient and of the gradient's square. */
export function adamwSlots(name: string): { m: string; v: string } {
  return { m: `adamw/m/${name}`, v: `adamw/v/${name}` }
}

/**
 * What changes from update to update, as inputs of the update program; `update` counts from 1.
 * Made on the host: 1 - 0.999 in float32 is wrong in its fifth digit.
 */
export function adamwInputs(update: number, learningRate: number, settings: AdamwSettings): HostArrays {
  const { beta1, beta2, weightDecay } = settings
  return {
    step_size: floats([learningRate / (1 - beta1 ** update)], []),
    root_correction: floats([Math.sqrt(1 - beta2 ** update)], []),
    decay: floats([1 - learningRate * weightDecay], []),
  }
}

/** Whether weight decay acts on a tensor of that shape: not on biases and norm weights, which have one axis (Hugging Face). */
export function isDecayed(shape: readonly number[]): boolean {
  return shape.length > 1
}

/**
 * One update of one parameter. `stepSize`, `rootCorrection` and `decay` are the scalars of `adamwInputs`.
 * theta <- decay theta - stepSize m / (sqrt(v) / rootCorrection + epsilon). All tensors have the parameter's shape.
 */
export function adamwStep(
  { parameter, grad, m, v }: { parameter: Tensor; grad: Tensor; m: Tensor; v: Tensor },
  { stepSize, rootCorrection, decay }: { stepSize: Scalar; rootCorrection: Scalar; decay: Scalar | null },
  { beta1, beta2, epsilon }: Pick<AdamwSettings, 'beta1' | 'beta2' | 'epsilon'>,
): { parameter: Tensor; m: Tensor; v: Tensor } {
  // tidy: the largest tensor of a model is a good part of it, and each line of this makes a few of its size.
  const nextV = tf.tidy(() => tf.add(tf.mul(v, beta2), tf.mul(tf.square(grad), 1 - beta2)))
  const nextM = tf.tidy(() => tf.add(m, tf.mul(tf.sub(grad, m), 1 - beta1)))
  const move = tf.tidy(() => {
    const denominator = tf.tidy(() => tf.add(tf.div(tf.sqrt(nextV), rootCorrection), epsilon))
    return tf.mul(stepSize, tf.div(nextM, denominator))
  })
  const next = tf.tidy(() => tf.sub(decay ? tf.mul(parameter, decay) : parameter, move))
  move.dispose()
  return { parameter: next, m: nextM, v: nextV }
}
