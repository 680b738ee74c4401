// KL between next-token distributions over the whole vocabulary, worked by hand.
import { expect, test } from 'vitest'
import { divergence } from '../../../src/ml/head/divergence.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend, tensorsAlive } from '../backend.ts'

await openBackend()

const logs = (...probabilities: number[]) => probabilities.map((p) => Math.log(p))

test.each([1, 2, 3, 10])('three rows, %i at a time', (tile) => {
  const before = tensorsAlive()
  tf.tidy(() => {
    // A head of ones on the diagonal: the states are the logits, up to a constant.
    const W = tf.eye(3)
    const p = tf.tensor2d([logs(0.5, 0.25, 0.25), logs(0.5, 0.25, 0.25), logs(0.8, 0.1, 0.1)])
    const q = tf.add<tf.Tensor2D>(tf.tensor2d([logs(0.25, 0.25, 0.5), logs(0.5, 0.25, 0.25), logs(0.1, 0.1, 0.8)]), 7)
    const found = divergence(p, q, W, tile).dataSync()
    expect(found.length).toBe(3)
    // 1/2 log(0.5 / 0.25) + 1/4 log(0.25 / 0.5) = 1/4 log 2.
    expect(found[0]).toBeCloseTo(Math.log(2) / 4, 5)
    expect(found[1]).toBeCloseTo(0, 5)
    // 0.8 log 8 - 0.1 log 8.
    expect(found[2]).toBeCloseTo(0.7 * Math.log(8), 5)
  })
  expect(tensorsAlive()).toBe(before)
})

test('it is not the same both ways round, and logits that are far apart overflow nothing', () => {
  tf.tidy(() => {
    const W = tf.eye(2)
    const [even, sure] = [tf.tensor2d([[0, 0]]), tf.tensor2d([[100, -100]])]
    expect(divergence(sure, even, W).dataSync()[0]).toBeCloseTo(Math.log(2), 5)
    expect(divergence(even, sure, W).dataSync()[0]).toBeCloseTo(100 - Math.log(2), 3)
  })
})
