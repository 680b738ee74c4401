// Pass rates with Wilson's interval, against published values, and two of them compared.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { passRate, twoProportions } from '../../../src/ml/checkers/pass-rate.ts'

// Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i', (passed, of, low, high) => {
  const rate = passRate(passed, of)
  expect(rate.rate).toBe(passed / of)
  expect(rate.low).toBeCloseTo(low, 4)
  expect(rate.high).toBeCloseTo(high, 4)
})

// Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10.
test.each([
  [56, 70, 48, 80, 0.2, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.6, 0.1705, 0.809],
  [10, 10, 0, 20, 1, 0.6791, 1],
])('%i of %i less %i of %i', (a, m, b, n, difference, low, high) => {
  const found = twoProportions(passRate(b, n), passRate(a, m))
  expect(found.difference).toBeCloseTo(difference, 12)
  expect(found.low).toBeCloseTo(low, 4)
  expect(found.high).toBeCloseTo(high, 4)
})

test('intervals that overlap, that touch nowhere, and of nothing', () => {
  expect(twoProportions(passRate(10, 20), passRate(12, 20)).overlap).toBe(true)
  expect(twoProportions(passRate(1, 100), passRate(90, 100))).toMatchObject({ overlap: false })
  expect(twoProportions(passRate(90, 100), passRate(1, 100))).toMatchObject({ overlap: false })
  const nothing = passRate(0, 0)
  expect(nothing).toEqual({ passed: 0, of: 0, rate: null, low: 0, high: 1 })
  expect(twoProportions(nothing, passRate(1, 2))).toEqual({ overlap: true, difference: null, low: -1, high: 1 })
})

test('a difference can be sure although the intervals overlap', () => {
  const found = twoProportions(passRate(50, 100), passRate(65, 100))
  expect(found.overlap).toBe(true)
  expect(found.low).toBeGreaterThan(0)
})

test('the share lies within its bounds, and they within 0 and 1', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), (a, b) => {
      const { rate, low, high } = passRate(Math.min(a, b), Math.max(a, b))
      if (rate === null) return
      expect(0 <= low && low <= rate && rate <= high && high <= 1).toBe(true)
    }),
  )
})

test.each([
  [3, 2],
  [-1, 2],
  [0.5, 1],
  [NaN, 1],
])('refuses %d of %d', (passed, of) => {
  expect(() => passRate(passed, of)).toThrow('A pass rate needs whole numbers')
})
