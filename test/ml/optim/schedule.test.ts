// The schedules against numbers from the formulas of Transformers' optimization.py, worked by hand.
import { expect, test } from 'vitest'
import { scheduleFactor, type ScheduleName } from '../../../src/ml/optim/schedule.ts'

const factors = (name: ScheduleName, steps: number, warmup: number, count = steps + 1) =>
  Array.from({ length: count }, (_, step) => scheduleFactor(name, { step, steps, warmup }))

test('linear: up over the warm-up from zero, down to zero after the last step', () => {
  expect(factors('linear', 10, 4)).toEqual([0, 0.25, 0.5, 0.75, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0])
  expect(factors('linear', 4, 0)).toEqual([1, 0.75, 0.5, 0.25, 0])
})

test('cosine: half way down in the middle', () => {
  const found = factors('cosine', 8, 0)
  expect(found[0]).toBe(1)
  expect(found[2]).toBeCloseTo(0.5 * (1 + Math.SQRT1_2), 12)
  expect(found[4]).toBeCloseTo(0.5, 12)
  expect(found[8]).toBeCloseTo(0, 12)
  expect(factors('cosine', 6, 2)[1]).toBe(0.5)
  expect(factors('cosine', 6, 2)[4]).toBeCloseTo(0.5, 12)
})

test('constant: full rate after the warm-up', () => {
  expect(factors('constant', 5, 2)).toEqual([0, 0.5, 1, 1, 1, 1])
})

test.each(['linear', 'cosine', 'constant'] as const)('%s with a warm-up longer than the run only rises', (name) => {
  const found = factors(name, 3, 10)
  expect(found).toEqual([0, 0.1, 0.2, 0.3])
})
