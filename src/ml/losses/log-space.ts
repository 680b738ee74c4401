// Differences of exponentials near 0 and far from it, with gradients that do not cancel: e^u - 1 and log(1 - e^a).
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { withGradient } from '../custom-gradient.ts'

/** Where e^u goes on as a straight line: its square, times the largest log-ratios, is still a float32. */
const steepest = 30

/** Nearest that a log-probability per token comes to 0. Float32 sums of log-probabilities tell no smaller ones apart. */
const surest = -1e-6

/**
 * e^u - 1 for u [P] of any size, with relative error about 1e-7 also near 0; gradient e^u.
 * Beyond u = 30 it is the tangent there, so that value and gradient stay finite and keep their direction.
 */
export function expMinusOne(u: Tensor1D): Tensor1D {
  return withGradient<Tensor1D>(
    [u],
    () => {
      const curved = tf.minimum<Tensor1D>(u, steepest)
      const beyond = tf.mul<Tensor1D>(Math.exp(steepest), tf.maximum(0, tf.sub(u, steepest)))
      // e^u - 1 = tanh(u / 2) (e^u + 1): no subtraction of near equals.
      const value = tf.mul<Tensor1D>(tf.tanh(tf.mul(curved, 0.5)), tf.add(tf.exp(curved), 1))
      return { value: tf.add(value, beyond), saved: [curved] }
    },
    (dy, [curved]) => [tf.mul(dy, tf.exp(curved!))],
  )
}

/**
 * log(p / (1 - p)) for a = log p [P], a <= 0, in nats; gradient 1 / (1 - p).
 * An `a` above -1e-6, as of responses of forced tokens, counts as -1e-6 and gets no gradient: at most 13.8.
 */
export function logOdds(a: Tensor1D): Tensor1D {
  const unsure = tf.minimum<Tensor1D>(a, surest)
  return tf.sub(unsure, logOneMinusExp(unsure))
}

function logOneMinusExp(a: Tensor1D): Tensor1D {
  return withGradient<Tensor1D>(
    [a],
    () => {
      // 1 - e^a = tanh(-a / 2) (1 + e^a).
      const value = tf.add<Tensor1D>(tf.log(tf.tanh(tf.mul(a, -0.5))), tf.softplus(a))
      return { value, saved: [a, value] }
    },
    (dy, [a, value]) => [tf.neg(tf.mul(dy, tf.exp(tf.sub(a!, value!))))],
  )
}
