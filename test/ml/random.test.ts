// The stateless random streams: same inputs same numbers, other inputs other numbers, and the right distributions.
import { expect, test } from 'vitest'
import { permutation, randomStream } from '../../src/ml/random.ts'

test('a draw depends on seed, labels and index alone', () => {
  expect(randomStream(7, 'a', 3).bits(5)).toBe(randomStream(7, 'a', 3).bits(5))
  const others = [
    randomStream(8, 'a', 3).bits(5),
    randomStream(7, 'b', 3).bits(5),
    randomStream(7, 'a', 4).bits(5),
    randomStream(7, 'a', 3).bits(6),
    randomStream(7, 'a', 3).bits(5 + 2 ** 32),
    randomStream(7 + 2 ** 32, 'a', 3).bits(5),
    randomStream(7, 'a3').bits(5),
    randomStream(7, 3, 'a').bits(5),
    randomStream(7, 'a', '\u0003').bits(5),
    randomStream(-7, 'a', 3).bits(5),
  ]
  expect(new Set([randomStream(7, 'a', 3).bits(5), ...others]).size).toBe(11)
})

test('stays the same from version to version, so that a seed in a run keeps its meaning', () => {
  expect([0, 1, 2].map((i) => randomStream(42, 'shuffle', 1).bits(i))).toEqual([1950240756, 2560982181, 1152847942])
})

test('is uniform: mean, variance, neighbours and every bit', () => {
  const n = 100_000
  const stream = randomStream(1, 'uniform')
  const draws = Array.from({ length: n }, (_, i) => stream.uniform(i))
  const mean = draws.reduce((sum, x) => sum + x, 0) / n
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n
  const lag = draws.slice(1).reduce((sum, x, i) => sum + (x - mean) * (draws[i]! - mean), 0) / n / variance
  expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n))
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002)
  expect(Math.abs(lag)).toBeLessThan(5 / Math.sqrt(n))
  for (let bit = 0; bit < 32; bit++) {
    let ones = 0
    for (let i = 0; i < 20_000; i++) ones += (stream.bits(i) >>> bit) & 1
    expect(Math.abs(ones / 20_000 - 0.5), `bit ${bit}`).toBeLessThan(0.02)
  }
})

test('streams of neighbouring seeds do not resemble each other', () => {
  const n = 20_000
  const [a, b] = [randomStream(100), randomStream(101)]
  let product = 0
  for (let i = 0; i < n; i++) product += (a.uniform(i) - 0.5) * (b.uniform(i) - 0.5)
  expect(Math.abs(product / n) * 12).toBeLessThan(5 / Math.sqrt(n))
})

test('normal draws have mean 0, deviation 1 and tails', () => {
  const n = 50_000
  const stream = randomStream(3, 'normal')
  const draws = Array.from({ length: n }, (_, i) => stream.normal(i))
  expect(Math.abs(draws.reduce((sum, x) => sum + x, 0) / n)).toBeLessThan(0.03)
  expect(draws.reduce((sum, x) => sum + x * x, 0) / n).toBeCloseTo(1, 1)
  expect(draws.filter((x) => Math.abs(x) > 1.96).length / n).toBeCloseTo(0.05, 2)
  expect(draws.every(Number.isFinite)).toBe(true)
})

test('a permutation holds each number once, and every place is as likely', () => {
  const counts = [0, 0, 0, 0]
  for (let seed = 0; seed < 4000; seed++) {
    const order = permutation(randomStream(seed), 4)
    expect([...order].sort()).toEqual([0, 1, 2, 3])
    counts[order.indexOf(0)]!++
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(140)
})

test('refuses a seed that is not a whole number', () => {
  expect(() => randomStream(0.5)).toThrow('The seed must be a whole number, got 0.5.')
})
