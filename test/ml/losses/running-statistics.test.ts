// What losses carry from batch to batch, and what they draw: BCO's running mean, beta-DPO's statistics, selection and beta; KTO's KL.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runningReward, type RunningMean } from '../../../src/ml/losses/absolute.ts'
import {
  batchBeta,
  betaDpoLoss,
  logWeights,
  marginStatistics,
  noMargins,
  selectedPairs,
  type MarginStatistics,
} from '../../../src/ml/losses/beta-dpo.ts'
import { dpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { klEstimate } from '../../../src/ml/losses/unpaired.ts'
import { randomStream } from '../../../src/ml/random.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend } from '../backend.ts'
import { asPairs, evaluatedPairs, expectClose, type PairNumbers } from './evaluated.ts'

await openBackend()
beforeEach(() => tf.engine().startScope())
afterEach(() => tf.engine().endScope())

const number = (scalar: tf.Tensor) => scalar.dataSync()[0]!
const list = (vector: tf.Tensor) => [...vector.dataSync()] as number[]
const scalars = ({ mean, deviation, batches }: { [name in keyof MarginStatistics]: number }): MarginStatistics => ({
  mean: tf.scalar(mean),
  deviation: tf.scalar(deviation),
  batches: tf.scalar(batches),
})

/** Pairs whose margins are these, all moved on the chosen side. */
const withMargins = (margins: readonly number[]): PairNumbers => ({
  chosen: margins.map((margin) => margin - 5),
  rejected: margins.map(() => -7),
  referenceChosen: margins.map(() => -5),
  referenceRejected: margins.map(() => -7),
  tokensChosen: margins.map(() => 3),
  tokensRejected: margins.map(() => 4),
})
const pairsOf = (numbers: PairNumbers) =>
  asPairs(Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, tf.tensor1d([...values])])))

test('a running mean over batches is the mean of all rewards, chosen and rejected', () => {
  const change = fc.integer({ min: -400, max: 400 }).map((n) => n / 8)
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
      (batches) => {
        let kept: RunningMean = { mean: tf.scalar(0), count: tf.scalar(0) }
        for (const margins of batches) {
          const { chosen, rejected } = pairsOf(withMargins(margins))
          kept = runningReward(kept, [chosen, rejected], { beta: 0.5 })
        }
        const all = batches.flat()
        expect(number(kept.count)).toBe(2 * all.length)
        // The rejected ones have not moved.
        const mean = (0.5 * all.reduce((sum, margin) => sum + margin, 0)) / (2 * all.length)
        expect(Math.abs(number(kept.mean) - mean)).toBeLessThan(1e-4)
      },
    ),
  )
})

test('the KL estimate is a mean, and never below 0', () => {
  expect(klEstimate([-1, -2], [-3, -4])).toBe(2)
  expect(klEstimate([-3, -4], [-1, -2])).toBe(0)
  expect(klEstimate([], [])).toBe(0)
})

describe('beta-DPO', () => {
  test('the first batch sets the statistics, the next ones move them by a tenth', () => {
    const first = marginStatistics(scalars(noMargins), tf.tensor1d([1, 3]))
    expect([number(first.mean), number(first.batches)]).toEqual([2, 1])
    expect(number(first.deviation)).toBeCloseTo(Math.SQRT2, 6)
    const second = marginStatistics(first, tf.tensor1d([10, 14]))
    expect(number(second.mean)).toBeCloseTo(0.9 * 2 + 0.1 * 12, 6)
    expect(number(second.deviation)).toBeCloseTo(0.9 * Math.SQRT2 + 0.1 * Math.sqrt(8), 6)
  })

  test('a batch of one pair has no deviation of its own', () => {
    const moved = marginStatistics(scalars({ mean: 2, deviation: 3, batches: 4 }), tf.tensor1d([12]))
    expectClose([number(moved.deviation), number(moved.batches)], [3, 5], { absolute: 1e-6 })
    expect(number(moved.mean)).toBeCloseTo(3, 6)
    const first = marginStatistics(scalars(noMargins), tf.tensor1d([12]))
    expect([number(first.mean), number(first.deviation)]).toEqual([12, 0])
  })

  test('weights are those of a normal distribution, all 1 while there is no spread', () => {
    const spread = scalars({ mean: 2, deviation: 3, batches: 1 })
    expectClose(list(logWeights(tf.tensor1d([2, 5, -4]), spread)), [0, -0.5, -2], { absolute: 1e-7 })
    expectClose(list(logWeights(tf.tensor1d([2, 5]), scalars({ mean: 2, deviation: 0, batches: 1 }))), [0, 0])
  })

  const drawn = (weights: readonly number[], rho: number, seed: number) => {
    const stream = randomStream(seed, 'pairs')
    const draws = tf.tensor1d(weights.map((_, i) => stream.uniform(i)))
    return list(selectedPairs(tf.tensor1d([...weights]), { rho, draws }))
  }
  const count = (selected: readonly number[]) => selected.reduce((sum, one) => sum + one, 0)

  test('draws (1 - rho) n of the pairs, at least one, and the same ones from the same numbers', () => {
    const weights = Array.from({ length: 10 }, (_, i) => -i / 5)
    expect(count(drawn(weights, 0.2, 1))).toBe(8)
    expect(drawn(weights, 0.2, 1)).toEqual(drawn(weights, 0.2, 1))
    expect(drawn(weights, 0.2, 1)).not.toEqual(drawn(weights, 0.2, 2))
    expect(drawn([3], 0.9, 1)).toEqual([1])
    expect(drawn([0, -1, -5e11], 0, 1)).toEqual([1, 1, 1])
    // So far out that the noise is rounded away: the keys are equal, and still only so many are taken.
    expect(drawn([-5e11, -5e11, -5e11, -5e11], 0.5, 1)).toEqual([1, 1, 0, 0])
  })

  test('draws are finite at the ends of their range', () => {
    const ends = { rho: 0.5, draws: tf.tensor1d([0, 1 - 2 ** -24]) }
    expect(list(selectedPairs(tf.tensor1d([0, 0]), ends))).toEqual([0, 1])
  })

  test('draws in proportion to the weights', () => {
    const first = Array.from({ length: 2000 }, (_, seed) => drawn([0, -0.5, -5e11], 0.6, seed)[0]!)
    expect(count(first) / first.length).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 1)
  })

  test('beta follows the margins of the selected pairs, and stays above 0.001', () => {
    const beta = (margins: number[], selected: number[], a = 0.6) =>
      number(batchBeta(tf.tensor1d(margins), tf.tensor1d(selected), { mean: tf.scalar(3) }, { beta: 0.1, a }))
    expect(beta([3, 5, 90], [1, 1, 0])).toBeCloseTo(0.16, 6)
    expect(beta([-9, 4], [1, 0])).toBeCloseTo(1e-3, 9)
    expect(beta([3, 5], [1, 1], 0)).toBeCloseTo(0.1, 7)
  })

  test('its loss is DPO of the selected pairs at the batch’s beta, and beta has no gradient', () => {
    const numbers = withMargins([1, 2, 3, 30])
    const settings = { beta: 0.1, a: 0.6, rho: 0.25 }
    const found = evaluatedPairs(numbers, (pairs) =>
      betaDpoLoss(pairs, {
        ...settings,
        statistics: { mean: tf.scalar(1.5), deviation: tf.scalar(1) },
        draws: tf.tensor1d([0.5, 0.5, 0.5, 0.5]),
      }),
    )
    // The fourth is 28.5 deviations out. Mean of the others 2, so beta = 0.1 (1 + 0.6 * 0.5) = 0.13; three of four count 4 / 3.
    const wanted = evaluatedPairs(numbers, (pairs) =>
      tf.mul(dpoLoss(pairs, { beta: 0.13 }), tf.tensor1d([4 / 3, 4 / 3, 4 / 3, 0])),
    )
    expectClose(found.losses, wanted.losses, { absolute: 1e-7 })
    expectClose(found.gradients.chosen, wanted.gradients.chosen!, { absolute: 1e-7 })
    const plain = { beta: 0.1, a: 0, rho: 0, statistics: { mean: tf.scalar(0), deviation: tf.scalar(1) } }
    const dpo = evaluatedPairs(numbers, (pairs) =>
      betaDpoLoss(pairs, { ...plain, draws: tf.zerosLike(pairs.chosen.tokens) }),
    )
    expectClose(dpo.losses, evaluatedPairs(numbers, (pairs) => dpoLoss(pairs, { beta: 0.1 })).losses, {
      absolute: 1e-7,
    })
  })
})
