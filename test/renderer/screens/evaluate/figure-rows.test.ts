import { expect, test } from 'vitest'
import type { EvaluationComparison, EvaluationFigures } from '#contract'
import {
  differenceText,
  figureRows,
  figureText,
  intervalText,
  pText,
} from '../../../../src/renderer/screens/evaluate/figure-rows.ts'

const share = (rate: number) => ({ passed: rate * 10, of: 10, rate, low: rate - 0.1, high: rate + 0.1 })
const mean = (value: number) => ({ mean: value, low: value - 1, high: value + 1, of: 10 })
const figures: EvaluationFigures = {
  pairs: {
    ...{ accuracy: share(0.5), accuracyPerToken: share(0.6), margin: mean(2), marginPerToken: mean(0.1) },
    ...{ chosen: mean(-1), rejected: mean(-2), reward: null },
  },
  answers: null,
}

test('one evaluation: the rows that it has', () => {
  const rows = figureRows({ figures }, null, null)
  expect(rows.map(({ key }) => key)).toEqual(['accuracy', 'accuracy-token', 'margin', 'chosen', 'rejected'])
  expect(rows[0]).toMatchObject({ a: { value: 0.5, low: 0.4, high: 0.6 }, b: null, difference: null, extent: [0, 1] })
  expect(rows[2]!.extent[0]).toBeCloseTo(0.8, 12)
})

test('two: both on one scale, with the difference where one was made', () => {
  const own = { ...figures, pairs: { ...figures.pairs!, margin: mean(6) } }
  const shares = { both: 1, onlyA: 2, onlyB: 3, neither: 4, difference: mean(0.1), p: 0.25 }
  const comparison: EvaluationComparison = {
    pairs: { ...shares, margin: null, reward: null },
    ...{ answers: null, scores: null, incomparable: 'Not.' },
  }
  const rows = figureRows({ figures }, { figures: own }, comparison)
  const row = (key: string) => rows.find((one) => one.key === key)!
  expect(row('accuracy')).toMatchObject({ difference: { value: 0.1 }, p: 0.25 })
  expect(row('margin')).toMatchObject({ a: { value: 2 }, b: { value: 6 }, difference: null })
  expect(row('margin').extent[1]).toBeCloseTo(7.6, 12)
})

test('numbers as people read them', () => {
  expect(figureText(0.86, 'share')).toBe('86.0 %')
  expect(figureText(-1.5, 'nats')).toBe('−1.500')
  expect(intervalText({ value: 0.86, low: 0.779, high: 0.915 }, 'share')).toBe('77.9 to 91.5')
  expect(intervalText({ value: 1, low: null, high: null }, 'nats')).toBe('')
  expect(differenceText({ value: 0.06, low: 0, high: 0 }, 'share')).toBe('+6.0 points')
  expect(differenceText({ value: -3.25, low: 0, high: 0 }, 'tokens')).toBe('−3.3')
  expect([pText(0.0004), pText(0.18)]).toEqual(['p < 0.001', 'p = 0.180'])
})
