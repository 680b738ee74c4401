// The dropout hash: exact integer arithmetic, the right rate, no pattern along rows, columns, modules or seeds.
import { expect, test } from 'vitest'
import { openBackend } from '../backend.ts'
import { dropoutMasks, rowKeys } from '../../../src/ml/models/dropout.ts'
import * as tf from '../../../src/ml/tf.ts'

const native = await openBackend()

const [rows, columns] = [700, 300]
const size = rows * columns

function maskOf(
  seed: number,
  rate: number,
  module = 'model.layers.0.self_attn.q_proj',
  shape = [rows, columns],
): Float32Array {
  // Float32Array.from: the cpu backend gives the bytes of a cast boolean.
  return tf.tidy(() =>
    Float32Array.from(
      dropoutMasks(rowKeys(tf.scalar(seed), shape[0]!), rate)
        .mask(module, shape[1]!)
        .dataSync(),
    ),
  )
}

const mean = (xs: ArrayLike<number>) => Array.from(xs).reduce((sum, x) => sum + x, 0) / xs.length

/** Correlation of two equally long masks. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ma, mb] = [mean(a), mean(b)]
  const dot = (x: ArrayLike<number>, mx: number, y: ArrayLike<number>, my: number) =>
    Array.from(x).reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0)
  return dot(a, ma, b, mb) / Math.sqrt(dot(a, ma, a, ma) * dot(b, mb, b, mb))
}

test.each([0.05, 0.1, 0.5, 0.9])('keeps a share of 1 - %f, as exactly as `kept` says', (rate) => {
  const kept = tf.tidy(() => dropoutMasks(rowKeys(tf.scalar(1), 1), rate).kept)
  expect(kept).toBeCloseTo(1 - rate, 3)
  for (const seed of [0, 1, 12345, 2 ** 24 - 1]) {
    // Elements of a row are independent only in pairs, and so is their sum's variance that of independent draws.
    expect(Math.abs(mean(maskOf(seed, rate)) - kept)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / size))
  }
})

test('every rate from 1 to 99 percent drops what it says: the hash is uniform', () => {
  for (let percent = 1; percent < 100; percent += 7) {
    expect(mean(maskOf(9, percent / 100))).toBeCloseTo(1 - percent / 100, 2)
  }
})

test('no row, no column and no neighbourhood is favoured', () => {
  const mask = maskOf(4, 0.5)
  const perRow = Array.from({ length: rows }, (_, r) => mean(mask.subarray(r * columns, (r + 1) * columns)))
  const perColumn = Array.from({ length: columns }, (_, c) =>
    mean(Array.from({ length: rows }, (_, r) => mask[r * columns + c]!)),
  )
  expect(Math.max(...perRow.map((x) => Math.abs(x - 0.5)))).toBeLessThan(5.5 * Math.sqrt(0.25 / columns))
  expect(Math.max(...perColumn.map((x) => Math.abs(x - 0.5)))).toBeLessThan(5.5 * Math.sqrt(0.25 / rows))
  for (const lag of [1, 2, columns, columns + 1, 7 * columns, 64 * columns]) {
    expect(Math.abs(correlation(mask.subarray(lag), mask.subarray(0, size - lag))), `lag ${lag}`).toBeLessThan(
      5 / Math.sqrt(size),
    )
  }
})

test('other seeds and other layers have other masks, the same have the same', () => {
  const mask = maskOf(4, 0.5)
  expect(maskOf(4, 0.5)).toEqual(mask)
  const others = [
    maskOf(5, 0.5),
    maskOf(4 + 4091, 0.5),
    maskOf(4, 0.5, 'model.layers.1.self_attn.q_proj'),
    maskOf(4, 0.5, 'model.layers.0.self_attn.k_proj'),
  ]
  for (const other of others) expect(Math.abs(correlation(mask, other))).toBeLessThan(5 / Math.sqrt(size))
})

test('rows beyond the prime still differ', () => {
  const mask = maskOf(4, 0.5, 'm', [4091 + 50, 64])
  const first = mask.subarray(0, 50 * 64)
  expect(Math.abs(correlation(first, mask.subarray(4091 * 64)))).toBeLessThan(5 / Math.sqrt(first.length))
})

test('is the same on every backend', async () => {
  const here = maskOf(77, 0.3)
  await tf.setBackend('cpu')
  const there = maskOf(77, 0.3)
  await tf.setBackend(native === 'native' ? 'tensorflow' : 'cpu')
  expect(there).toEqual(here)
})
