import { expect, test } from 'vitest'
import { estimateText, withMinus } from '../../../../src/renderer/screens/studies/study-words.ts'

test('minus signs are true ones, hyphens stay', () => {
  expect(withMinus('S4 -12.5 [-38.5, 17.4], -0.00')).toBe('S4 −12.5 [−38.5, 17.4], −0.00')
  expect(withMinus('-')).toBe('–')
  expect(withMinus('held-out, seed-1, 2024-11-26, n-3')).toBe('held-out, seed-1, 2024-11-26, n-3')
})

test('an estimate says how much is left where a start goes on', () => {
  const estimate = { steps: 20, left: 20, seconds: 180, secondsFrom: 'a guess', goesOn: null }
  expect(estimateText(estimate)).toBe('20 steps, about 3 min, by a guess.')
  expect(estimateText({ ...estimate, left: 7 })).toBe('7 of 20 steps are left, about 3 min, by a guess.')
  expect(estimateText({ ...estimate, left: 1, seconds: null })).toBe('1 of 20 steps is left, time unknown, by a guess.')
})
