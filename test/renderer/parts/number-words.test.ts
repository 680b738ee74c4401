import { expect, test } from 'vitest'
import { marginWords, scoreWords } from '../../../src/renderer/parts/number-words.ts'

test('numbers are told where there are any, without the noise of binary fractions', () => {
  const numbers = { margin: 0.1 + 0.2, scoreChosen: 8.5, scoreRejected: null }
  expect(marginWords(numbers)).toBe('margin 0.3')
  expect([scoreWords(numbers, 'chosen'), scoreWords(numbers, 'rejected')]).toEqual(['score 8.5', ''])
  expect([marginWords(null), scoreWords(undefined, 'chosen'), marginWords({ ...numbers, margin: 0 })]).toEqual([
    ...['', '', 'margin 0'],
  ])
})
