import { expect, test } from 'vitest'
import { answerProbeReadings, auc } from '../../../src/ml/diagnostics/answers-alone.ts'
import { scoreOf } from './score-of.ts'

test('means of each kind, their speeds against each other, and nothing that needs pairs', () => {
  // Changes per token: good 2 / 2 and -1 / 1, so 0 in the mean; bad -6 / 3; held-out good 1, held-out bad -1 and 3.
  const train = { good: [scoreOf(-4, -2, 2), scoreOf(-2, -3, 1)], bad: [scoreOf(-3, -9, 3)] }
  const heldout = { good: [scoreOf(-2, -1, 1)], bad: [scoreOf(-2, -3, 1), scoreOf(-7, -1, 2)] }
  const found = answerProbeReadings(train, heldout, ({ policy, reference }) => 0.1 * (policy - reference))
  expect(found['drop/train/rejected']).toBe(-2)
  expect(found['drop/train/rejected_sum']).toBe(-6)
  expect(found['drop/heldout/rejected']).toBe(1)
  expect(found['degradation/train/chosen']).toBe(0)
  expect(found['degradation/heldout/chosen']).toBe(1)
  // The good ones have not moved in the mean, so there is no ratio.
  expect(found['drop/train/speed_ratio']).toBeUndefined()
  // 0.1 * 1 less the mean of 0.1 * -1 and 0.1 * 6.
  expect(found['probe/heldout/margin']).toBeCloseTo(-0.15, 12)
  expect(found['probe/heldout/auc']).toBe(0.5)
  expect(Object.keys(found).filter((name) => /share|faster|gradient|accuracy|length/.test(name))).toEqual([])
})

test('the area under the curve: ties half, rounding is no lead, nothing without both kinds', () => {
  const moved = (change: number) => scoreOf(0, change, 1)
  expect(auc({ good: [moved(2), moved(3)], bad: [moved(1)] })).toBe(1)
  expect(auc({ good: [moved(0)], bad: [moved(1)] })).toBe(0)
  expect(auc({ good: [moved(1e-6), moved(1)], bad: [moved(0), moved(2)] })).toBe((0.5 + 1) / 4)
  expect(auc({ good: [], bad: [moved(1)] })).toBeNaN()
})
