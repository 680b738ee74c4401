// Clipping by the global norm, worked by hand.
import { expect, test } from 'vitest'
import { clipFactor, globalNorm } from '../../../src/ml/optim/clip.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend, tensorsAlive } from '../backend.ts'

await openBackend()

function clipped(maxNorm: number) {
  const before = tensorsAlive()
  const found = tf.tidy(() => {
    const norm = globalNorm({ a: tf.tensor2d([[2, -4]]), b: tf.tensor1d([4, 0, 8]) })
    return { norm: norm.dataSync()[0]!, factor: clipFactor(norm, maxNorm).dataSync()[0]! }
  })
  expect(tensorsAlive()).toBe(before)
  return found
}

test('the norm is over all tensors together', () => expect(clipped(1).norm).toBe(10))
test('a long gradient is brought down to the limit', () => expect(clipped(1).factor).toBeCloseTo(0.1, 6))
test('a short one is left alone', () => expect(clipped(11).factor).toBe(1))
test('0 means no clipping', () => expect(clipped(0).factor).toBe(1))
