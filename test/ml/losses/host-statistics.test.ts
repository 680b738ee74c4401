// What losses keep between steps, on the host: BCO's running mean, KTO's KL, beta-DPO's statistics, selection and beta.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runningMean, type RunningMean } from '../../../src/ml/losses/absolute.ts'
import { batchBeta, marginStatistics, selectedPairs, selectionWeights } from '../../../src/ml/losses/beta-dpo.ts'
import { klEstimate } from '../../../src/ml/losses/unpaired.ts'
import { randomStream } from '../../../src/ml/random.ts'

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('a running mean over batches is the mean of all', () => {
  const number = fc.double({ min: -100, max: 100, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.array(number, { maxLength: 5 }), { minLength: 1, maxLength: 6 }), (batches) => {
      const kept = batches.reduce<RunningMean | null>((before, batch) => runningMean(before, batch), null)!
      const all = batches.flat()
      expect(kept.count).toBe(all.length)
      expect(kept.mean).toBeCloseTo(all.length === 0 ? 0 : meanOf(all), 9)
    }),
  )
})

test('the KL estimate is a mean, and never below 0', () => {
  expect(klEstimate([-1, -2], [-3, -4])).toBe(2)
  expect(klEstimate([-3, -4], [-1, -2])).toBe(0)
  expect(klEstimate([], [])).toBe(0)
})

describe('beta-DPO', () => {
  test('the first batch sets the statistics, the next ones move them by a tenth', () => {
    const first = marginStatistics(null, [1, 3])
    expect(first).toEqual({ mean: 2, deviation: Math.SQRT2 })
    const second = marginStatistics(first, [10, 14])
    expect(second.mean).toBeCloseTo(0.9 * 2 + 0.1 * 12, 12)
    expect(second.deviation).toBeCloseTo(0.9 * Math.SQRT2 + 0.1 * Math.sqrt(8), 12)
  })

  test('a batch of one pair has no deviation of its own, and none at all changes nothing', () => {
    expect(marginStatistics({ mean: 2, deviation: 3 }, [12]).deviation).toBeCloseTo(3, 12)
    expect(marginStatistics(null, [12])).toEqual({ mean: 12, deviation: 0 })
    expect(marginStatistics({ mean: 2, deviation: 3 }, [])).toEqual({ mean: 2, deviation: 3 })
  })

  test('weights are those of a normal distribution, all 1 while there is no spread', () => {
    const weights = selectionWeights([2, 5, -4], { mean: 2, deviation: 3 })
    expect(weights[0]).toBe(1)
    expect(weights[1]).toBeCloseTo(Math.exp(-0.5), 12)
    expect(weights[2]).toBeCloseTo(Math.exp(-2), 12)
    expect(selectionWeights([2, 5], { mean: 2, deviation: 0 })).toEqual([1, 1])
  })

  test('draws (1 - rho) n of the pairs, without repeats, and the same ones from the same stream', () => {
    const margins = Array.from({ length: 10 }, (_, i) => i - 5)
    const statistics = marginStatistics(null, margins)
    const drawn = (seed: number) =>
      selectedPairs(margins, statistics, { rho: 0.2, stream: randomStream(seed, 'pairs') })
    expect(new Set(drawn(1)).size).toBe(8)
    expect(drawn(1)).toEqual(drawn(1))
    expect(drawn(1)).toEqual([...drawn(1)].sort((a, b) => a - b))
    expect(selectedPairs([3], { mean: 0, deviation: 1 }, { rho: 0.9, stream: randomStream(1) })).toEqual([0])
  })

  test('draws in proportion to the weights, and outliers too far for any number still have their turn', () => {
    const margins = [0, 1, 1e6]
    const statistics = { mean: 0, deviation: 1 }
    const [first, second] = selectionWeights(margins, statistics)
    const draws = Array.from({ length: 4000 }, (_, seed) =>
      selectedPairs(margins, statistics, { rho: 0.6, stream: randomStream(seed) }),
    )
    const share = draws.filter(([index]) => index === 0).length / draws.length
    expect(share).toBeCloseTo(first! / (first! + second!), 1)
    expect(selectedPairs(margins, statistics, { rho: 0, stream: randomStream(1) })).toEqual([0, 1, 2])
  })

  test('beta follows the margins of the selected pairs, and stays above 0.001', () => {
    const settings = { beta: 0.1, a: 0.6 }
    expect(batchBeta([3, 5], { mean: 3, deviation: 1 }, settings)).toBeCloseTo(0.16, 12)
    expect(batchBeta([-9], { mean: 3, deviation: 1 }, settings)).toBe(1e-3)
    expect(batchBeta([3, 5], { mean: 3, deviation: 1 }, { beta: 0.1, a: 0 })).toBe(0.1)
    expect(batchBeta([], { mean: 3, deviation: 1 }, settings)).toBe(0.1)
  })
})
