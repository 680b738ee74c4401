import { expect, test } from 'vitest'
import { withMinus } from '../../../../src/renderer/screens/studies/study-words.ts'

test('minus signs are true ones, hyphens stay', () => {
  expect(withMinus('S4 -12.5 [-38.5, 17.4], -0.00')).toBe('S4 −12.5 [−38.5, 17.4], −0.00')
  expect(withMinus('-')).toBe('–')
  expect(withMinus('held-out, seed-1, 2024-11-26, n-3')).toBe('held-out, seed-1, 2024-11-26, n-3')
})
