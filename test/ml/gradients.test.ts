// Loss, gradients and reports of a small function whose derivatives are known.
import { expect, test } from 'vitest'
import { openBackend, tensorsAlive } from './backend.ts'
import { lossAndGradients } from '../../src/ml/gradients.ts'
import * as tf from '../../src/ml/tf.ts'

await openBackend()

const square = (weights: Record<string, tf.Tensor>) => {
  const doubled = tf.mul(weights.a!, 2)
  return { loss: tf.sum(tf.square(doubled)) as tf.Scalar, aux: { doubled, given: weights.a! } }
}

test('gives the loss, what it reported and the gradient of each name, and leaks nothing', () => {
  const before = tensorsAlive()
  tf.tidy(() => {
    const state = { a: tf.tensor1d([1, 2]), unused: tf.tensor1d([5]), frozen: tf.tensor1d([7]) }
    const { loss, aux, grads } = lossAndGradients(['a', 'unused'], state, square)
    expect(loss.dataSync()[0]).toBe(20)
    expect(Array.from(aux.doubled!.dataSync())).toEqual([2, 4])
    expect(Array.from(aux.given!.dataSync())).toEqual([1, 2])
    expect(Object.keys(grads)).toEqual(['a', 'unused'])
    expect(Array.from(grads.a!.dataSync())).toEqual([8, 16])
    expect(Array.from(grads.unused!.dataSync())).toEqual([0])
    expect(Array.from(state.a.dataSync())).toEqual([1, 2])
  })
  expect(tensorsAlive()).toBe(before)
})

test('refuses a name that is not there', () => {
  expect(() => lossAndGradients(['b'], {}, square)).toThrow("Cannot train 'b': the model has no weight of that name.")
})

test('a report is freed even when the loss reaches none of the weights', () => {
  const before = tensorsAlive()
  const constant = (weights: Record<string, tf.Tensor>) => ({ loss: tf.scalar(1), aux: { given: weights.a! } })
  expect(() => tf.tidy(() => lossAndGradients(['a'], { a: tf.tensor1d([1]) }, constant))).toThrow(
    'Cannot compute gradient',
  )
  expect(tensorsAlive()).toBe(before)
})
