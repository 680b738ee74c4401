// The numbers that the harness tells of many values, and the names it knows.
import { expect, test } from 'vitest'
import { overRounds, quantileFigures } from '../../bench/figures.ts'
import { measureNamed } from '../../bench/measures.ts'

test('rounds are told by their median, smallest and largest', () => {
  expect(overRounds('a', 's', [3, 1, 2])).toEqual({ name: 'a', unit: 's', value: 2, min: 1, max: 3 })
})

test('quantiles are values that occurred', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect(quantileFigures('a', 'ms', values).map(({ value }) => value)).toEqual([50, 95, 100])
  expect(quantileFigures('a', 'ms', [7]).map(({ value }) => value)).toEqual([7, 7, 7])
})

test('an unknown measure is refused with the names of those that are known', () => {
  expect(measureNamed('scroll')).toBe('scroll')
  expect(() => measureNamed('toString')).toThrow(/Known: decode, first-step, import, scroll, events/)
})
