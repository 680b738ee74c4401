import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalisedEditDistance } from '../../../src/ml/diagnostics/edit-distance.ts'

const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0))
const distance = (a: string, b: string) => normalisedEditDistance(letters(a), letters(b))

test('by hand', () => {
  // kitten, sitten, sittin, sitting.
  expect(distance('kitten', 'sitting')).toBe(3 / 7)
  expect(distance('flaw', 'lawn')).toBe(2 / 4)
  expect(distance('the answer is 4', 'the answer is 5')).toBe(1 / 15)
  expect([distance('', ''), distance('a', ''), distance('abc', 'xyz')]).toEqual([0, 1, 1])
})

test('is that of the whole table, the same both ways, and of a text to itself zero', () => {
  const text = fc.array(fc.nat(3), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const found = normalisedEditDistance(a, b)
      expect(found).toBe(normalisedEditDistance(b, a))
      expect(normalisedEditDistance(a, a)).toBe(0)
      expect(found * Math.max(1, a.length, b.length)).toBeCloseTo(wholeTable(a, b), 9)
    }),
  )
})

/** By the definition, without anything left out. */
function wholeTable(a: number[], b: number[]): number {
  if (a.length === 0 || b.length === 0) return Math.max(a.length, b.length)
  const table = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array<number>(b.length).fill(0)])
  for (let j = 0; j <= b.length; j++) table[0]![j] = j
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      table[i]![j] = Math.min(
        table[i - 1]![j]! + 1,
        table[i]![j - 1]! + 1,
        table[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
  return table[a.length]![b.length]!
}
