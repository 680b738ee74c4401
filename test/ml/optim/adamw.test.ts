// AdamW against the update worked out in float64 after torch's order of operations.
import { expect, test } from 'vitest'
import { adamwInputs, adamwSlots, adamwStep, isDecayed } from '../../../src/ml/optim/adamw.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend, tensorsAlive } from '../backend.ts'

await openBackend()

const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }

function stepped(grads: number[], { learningRate = 0.01, decayed = true } = {}): number {
  let state = { parameter: 0.5, m: 0, v: 0 }
  grads.forEach((grad, i) => {
    const inputs = adamwInputs(i + 1, learningRate, settings)
    const scalar = (name: string) => tf.scalar(inputs[name]!.data[0]!)
    state = tf.tidy(() => {
      const next = adamwStep(
        {
          parameter: tf.tensor1d([state.parameter]),
          grad: tf.tensor1d([grad]),
          m: tf.tensor1d([state.m]),
          v: tf.tensor1d([state.v]),
        },
        {
          stepSize: scalar('step_size'),
          rootCorrection: scalar('root_correction'),
          decay: decayed ? scalar('decay') : null,
        },
        settings,
      )
      const read = (tensor: tf.Tensor) => tensor.dataSync()[0]!
      return { parameter: read(next.parameter), m: read(next.m), v: read(next.v) }
    })
  })
  return state.parameter
}

function byHand(grads: number[], learningRate = 0.01, weightDecay = settings.weightDecay): number {
  const { beta1, beta2, epsilon } = settings
  let [parameter, m, v] = [0.5, 0, 0]
  grads.forEach((grad, i) => {
    parameter *= 1 - learningRate * weightDecay
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad * grad
    const denominator = Math.sqrt(v) / Math.sqrt(1 - beta2 ** (i + 1)) + epsilon
    parameter -= ((learningRate / (1 - beta1 ** (i + 1))) * m) / denominator
  })
  return parameter
}

test('the first step is the learning rate in the direction of the sign, whatever the size of the gradient', () => {
  const before = tensorsAlive()
  expect(stepped([3], { decayed: false })).toBeCloseTo(0.49, 6)
  expect(stepped([-3e-4], { decayed: false })).toBeCloseTo(0.51, 6)
  expect(tensorsAlive()).toBe(before)
})

test('many steps, with and without decay', () => {
  const grads = [0.3, -1.2, 0.05, 2, -0.7, 0.01, 0.4]
  expect(Math.abs(stepped(grads) - byHand(grads))).toBeLessThan(1e-6)
  expect(Math.abs(stepped(grads, { decayed: false }) - byHand(grads, 0.01, 0))).toBeLessThan(1e-6)
})

test('decay is decoupled: without a gradient the weight shrinks by 1 - lr * decay', () => {
  expect(stepped([0])).toBeCloseTo(0.5 * (1 - 0.01 * 0.1), 7)
})

test('a rate of zero changes nothing', () => {
  expect(stepped([5], { learningRate: 0 })).toBe(0.5)
})

test('matrices are decayed, biases and norm weights are not; slots carry the name', () => {
  expect([isDecayed([4, 4]), isDecayed([4])]).toEqual([true, false])
  expect(adamwSlots('a.weight')).toEqual({ m: 'adamw/m/a.weight', v: 'adamw/v/a.weight' })
})
