// Whitening, the baselines of RLOO and GRPO, and what is told about them: by hand and by properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  explainedVariance,
  fracRewardZeroStd,
  grpoAdvantages,
  rlooAdvantages,
  whitened,
} from '../../../src/ml/sampling/advantages.ts'
import { close, floats, meanOf, some, sum, variance } from './numbers.ts'

describe('whitening', () => {
  test('worked by hand: 1, 2, 3 have mean 2 and variance 1', () => {
    const [first, second] = whitened([floats(1, 2), floats(3)])
    close([...first!, ...second!], [-1, 0, 1], 6)
    const unshifted = whitened([floats(1, 2), floats(3)], { shiftMean: false })
    close(
      unshifted.flatMap((x) => [...x]),
      [1, 2, 3],
      6,
    )
  })

  test('over all responses the mean is 0 or kept and the variance 1', () => {
    fc.assert(
      fc.property(fc.array(some(0), { minLength: 1, maxLength: 5 }), fc.boolean(), (batch, shiftMean) => {
        const all = batch.flat()
        fc.pre(all.length > 1 && variance(all) > 1e-2)
        const found = whitened(
          batch.map((numbers) => floats(...numbers)),
          { shiftMean },
        )
        expect(found.map(({ length }) => length)).toEqual(batch.map(({ length }) => length))
        const numbers = found.flatMap((response) => [...response])
        expect(meanOf(numbers)).toBeCloseTo(shiftMean ? 0 : meanOf(all), 4)
        expect(variance(numbers)).toBeCloseTo(1, 4)
      }),
    )
  })

  test('equal numbers go to 0, or stay', () => {
    expect(whitened([floats(0.1, 0.1), floats(0.1)])).toEqual([floats(0, 0), floats(0)])
    expect(whitened([floats(7)], { shiftMean: false })).toEqual([floats(7)])
    expect(whitened([])).toEqual([])
  })
})

describe('groups', () => {
  test('RLOO by hand: each score less the mean of the others', () => {
    close(rlooAdvantages([[1, 2, 6]])[0]!, [1 - 4, 2 - 3.5, 6 - 1.5], 9)
  })

  test('GRPO by hand: 1, 2, 3 by their deviation 1 over n - 1, or as they are', () => {
    close(grpoAdvantages([[1, 2, 3]])[0]!, [-1 / 1.0001, 0, 1 / 1.0001], 9)
    close(grpoAdvantages([[1, 2, 3]], { scaleRewards: 'none' })[0]!, [-1, 0, 1], 9)
    const batch = Math.sqrt(variance([1, 3, 10, 10])) + 1e-4
    const groups = [
      [1, 3],
      [10, 10],
    ]
    close(grpoAdvantages(groups, { scaleRewards: 'batch' }).flat(), [-1 / batch, 1 / batch, 0, 0], 9)
  })

  test('groups sum to 0; RLOO is k / (k - 1) times Dr. GRPO, and GRPO forgets the scale of scores', () => {
    fc.assert(
      fc.property(some(2), (scores) => {
        const [rloo, grpo, plain] = [
          rlooAdvantages([scores])[0]!,
          grpoAdvantages([scores])[0]!,
          grpoAdvantages([scores], { scaleRewards: 'none' })[0]!,
        ]
        for (const advantages of [rloo, grpo, plain]) expect(sum(advantages)).toBeCloseTo(0, 9)
        const k = scores.length
        close(
          rloo,
          plain.map((a) => (a * k) / (k - 1)),
          9,
        )
        close(
          rloo,
          scores.map((r, i) => r - meanOf(scores.toSpliced(i, 1))),
          9,
        )
        if (variance(scores) > 0) expect(variance(grpo)).toBeCloseTo(1, 1)
      }),
    )
  })

  test('equal scores teach exactly nothing, whatever they are, and so does a group of one', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 9 }), (score, k) => {
        const group = Array.from({ length: k }, () => score)
        for (const found of [rlooAdvantages([group]), ...scales.map((s) => grpoAdvantages([group], s))])
          expect(found[0]!.every((advantage) => advantage === 0)).toBe(true)
      }),
    )
  })

  const scales = (['group', 'batch', 'none'] as const).map((scaleRewards) => ({ scaleRewards }))

  test('normalised advantages of RLOO have mean 0 and variance near 1 over the batch', () => {
    const groups = [
      [1, 2, 6],
      [0, 0, 5],
    ]
    const found = rlooAdvantages(groups, { normalizeAdvantages: true }).flat()
    expect(meanOf(found)).toBeCloseTo(0, 9)
    expect(variance(found)).toBeCloseTo(1, 3)
    expect(found[2]! / found[0]!).toBeCloseTo(4.5 / -3, 6)
  })

  test('the share of groups that teach nothing', () => {
    expect(fracRewardZeroStd([[1, 1], [1, 2], [0.1, 0.1, 0.1], [3]])).toBe(0.75)
    expect(fracRewardZeroStd([])).toBeNaN()
  })
})

test('explained variance: all, none, less than none, and nothing to explain', () => {
  const returns = [floats(1, 2), floats(6)]
  expect(explainedVariance(returns, returns)).toBe(1)
  expect(explainedVariance([floats(4, 5), floats(9)], returns)).toBe(1) // The mean is not asked for.
  expect(explainedVariance([floats(4, 4), floats(4)], returns)).toBe(0)
  expect(explainedVariance([floats(-1, -2), floats(-6)], returns)).toBeCloseTo(1 - 4, 6)
  expect(explainedVariance([floats(1, 2)], [floats(3, 3)])).toBeNaN()
  expect(() => explainedVariance([floats(1)], returns)).toThrow('1 values beside 3')
})
