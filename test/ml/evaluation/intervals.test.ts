// Intervals of means and of paired shares against values worked by hand and published ones.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { meanInterval, studentQuantile } from '../../../src/ml/evaluation/mean-interval.ts'
import { exactMcNemar, pairedDifference } from '../../../src/ml/evaluation/paired-shares.ts'

describe('means', () => {
  // Any table of Student's t, 0.975.
  test.each([
    [1, 12.7062, 4],
    [2, 4.3027, 4],
    [3, 3.182, 1.5],
    [5, 2.571, 2],
    [10, 2.2281, 3],
    [30, 2.0423, 4],
    [1000, 1.9623, 4],
  ])('the quantile of t with %i degrees of freedom', (degrees, value, digits) => {
    expect(studentQuantile(degrees)).toBeCloseTo(value, digits)
  })

  test('of four values, by hand: mean 4, standard error sqrt(20/3)/2', () => {
    const { mean, low, high, of } = meanInterval([1, 3, 5, 7])
    const reach = studentQuantile(3) * (Math.sqrt(20 / 3) / 2)
    expect([mean, of]).toEqual([4, 4])
    expect(low).toBeCloseTo(4 - reach, 12)
    expect(high).toBeCloseTo(4 + reach, 12)
  })

  test('of nothing, of one, and of what is no number', () => {
    expect(meanInterval([])).toEqual({ mean: null, low: null, high: null, of: 0 })
    expect(meanInterval([2, NaN])).toEqual({ mean: 2, low: null, high: null, of: 1 })
    expect(meanInterval([3, 3, -Infinity])).toEqual({ mean: 3, low: 3, high: 3, of: 2 })
  })
})

describe('paired shares', () => {
  // By hand: 2 (1 + 6) / 2^6; 2 (1 + 10 + 45) / 2^10; a split that could not be more even.
  test.each([
    [1, 5, 14 / 64],
    [8, 2, 112 / 1024],
    [3, 3, 1],
    [0, 0, 1],
    [0, 10, 2 / 1024],
  ])('only A %i, only B %i', (onlyA, onlyB, p) => {
    expect(exactMcNemar({ both: 7, onlyA, onlyB, neither: 9 })).toBeCloseTo(p, 12)
  })

  test('thousands of items keep their p-value', () => {
    // By the normal approximation with its correction for continuity: z = (|2100 - 1900| - 1) / sqrt(4000) = 3.146.
    expect(exactMcNemar({ both: 0, onlyA: 2100, onlyB: 1900, neither: 0 })).toBeCloseTo(0.00165, 4)
  })

  test('the difference of 13/32 and 7/32 over the same items, by hand', () => {
    // Wilson: 13/32 in [0.2552, 0.5774], 7/32 in [0.1102, 0.3876]. phi = (4 * 16 - 9 * 3 - 16) / sqrt(13 * 19 * 7 * 25) = 0.1010.
    const { mean, low, high } = pairedDifference({ both: 4, onlyA: 9, onlyB: 3, neither: 16 })
    const phi = 21 / Math.sqrt(13 * 19 * 7 * 25)
    const reach = (up: number, down: number) => Math.sqrt(up ** 2 - 2 * phi * up * down + down ** 2)
    expect(mean).toBe(-6 / 32)
    expect(low).toBeCloseTo(-0.1875 - reach(7 / 32 - 0.1102, 0.5774 - 13 / 32), 3)
    expect(high).toBeCloseTo(-0.1875 + reach(0.3876 - 7 / 32, 13 / 32 - 0.2552), 3)
  })

  test('of no items there is no difference; a margin of none has no correlation', () => {
    expect(pairedDifference({ both: 0, onlyA: 0, onlyB: 0, neither: 0 })).toEqual({
      mean: null,
      low: -1,
      high: 1,
      of: 0,
    })
    const { mean, low, high } = pairedDifference({ both: 10, onlyA: 0, onlyB: 0, neither: 0 })
    expect([mean, low < 0, high > 0]).toEqual([0, true, true])
  })

  test('the difference lies within its bounds, they within -1 and 1, and A for B turns them round', () => {
    const few = fc.nat(40)
    fc.assert(
      fc.property(few, few, few, few, (both, onlyA, onlyB, neither) => {
        const { mean, low, high } = pairedDifference({ both, onlyA, onlyB, neither })
        if (mean === null) return
        expect(-1 - 1e-12 <= low && low <= mean && mean <= high && high <= 1 + 1e-12).toBe(true)
        const turned = pairedDifference({ both, onlyA: onlyB, onlyB: onlyA, neither })
        expect(turned.low).toBeCloseTo(-high, 10)
        expect(turned.high).toBeCloseTo(-low, 10)
        const p = exactMcNemar({ both, onlyA, onlyB, neither })
        expect(p > 0 && p <= 1).toBe(true)
      }),
    )
  })
})
