import { expect, test } from 'vitest'
import { reasonsOf, refusalSentence } from '../../../../src/renderer/screens/pairs/refusal-words.ts'

const row = (line: number, reason: string) => ({ line, reason, excerpt: '' })

test('how many, why and where, the commonest reason first', () => {
  const refused = [row(7, 'Not JSON'), row(12, 'No rejected'), row(40, 'No rejected'), row(977, 'No rejected')]
  expect(refusalSentence(refused, 4, 1769)).toBe(
    '4 of 1,769 rows were refused: no rejected (lines 12, 40, 977); not JSON (line 7).',
  )
  expect(reasonsOf(refused).map(({ lines }) => lines.length)).toEqual([3, 1])
})

test('many lines are cut, many reasons counted, one row is one row', () => {
  expect(
    refusalSentence(
      [1, 2, 3, 4, 5].map((line) => row(line, 'JSON is broken.')),
      5,
      9,
    ),
  ).toBe('5 of 9 rows were refused: JSON is broken (lines 1, 2, 3, 4 …).')
  expect(
    refusalSentence(
      ['A', 'B', 'C', 'D'].map((reason, i) => row(i + 1, `Reason ${reason}`)),
      4,
      4,
    ),
  ).toContain('; 1 other reason.')
  expect(refusalSentence([row(3, 'Empty')], 1, 2)).toBe('1 of 2 rows was refused: empty (line 3).')
})
