// Normalisation over the last axis: RMSNorm (Zhang and Sennrich 2019) and LayerNorm (Ba et al. 2016).
// Their gradients are written out: half as many passes over the activations as tfjs's own chain of ops.
import * as tf from '../tf.ts'
import type { Tensor } from '../tf.ts'
import { withGradient } from '../custom-gradient.ts'

const meanOverLast = (x: Tensor) => tf.mean(x, -1, true)

/** x / rms(x) * weight, over the last axis. */
export function rmsNorm<T extends Tensor>(x: T, weight: Tensor, eps: number): T {
  const unit = withGradient(
    [x],
    () => {
      const scale = tf.rsqrt(tf.add(meanOverLast(tf.square(x)), eps))
      const value = tf.mul<T>(x, scale)
      return { value, saved: [value, scale] }
    },
    (dy, [unit, scale]) => [tf.mul(tf.sub(dy, tf.mul(unit!, meanOverLast(tf.mul(dy, unit!)))), scale!)],
  )
  return tf.mul(unit, weight)
}

/** (x - mean) / standard deviation * weight + bias, over the last axis. */
export function layerNorm<T extends Tensor>(x: T, weight: Tensor, bias: Tensor, eps: number): T {
  const unit = withGradient(
    [x],
    () => {
      const centred = tf.sub(x, meanOverLast(x))
      const scale = tf.rsqrt(tf.add(meanOverLast(tf.square(centred)), eps))
      const value = tf.mul<T>(centred, scale)
      return { value, saved: [value, scale] }
    },
    (dy, [unit, scale]) => {
      const radial = tf.mul(unit!, meanOverLast(tf.mul(dy, unit!)))
      return [tf.mul(tf.sub(tf.sub(dy, meanOverLast(dy)), radial), scale!)]
    },
  )
  return tf.add(tf.mul(unit, weight), bias)
}
