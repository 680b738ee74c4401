import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wordDifference, type Piece } from '../../../src/renderer/parts/word-difference.ts'

const marked = (pieces: readonly Piece[]) => pieces.filter(({ differs }) => differs).map(({ text }) => text)
const whole = (pieces: readonly Piece[]) => pieces.map(({ text }) => text).join('')

test('words that differ are marked, the gaps around them are not, the gap between two of them is', () => {
  const found = wordDifference('He runs 3 × 60 = 180 meters', 'He runs 60 = 20 meters')
  expect(marked(found?.first ?? [])).toEqual(['3 ×', '180'])
  expect(marked(found?.second ?? [])).toEqual(['20'])
})

test('equal texts have no difference', () => {
  expect(wordDifference('same\n text', 'same\n text')?.first).toEqual([{ text: 'same\n text', differs: false }])
})

test('both texts stay whole, and no mark begins or ends with a gap', () => {
  const word = fc.constantFrom('a', 'b', 'cat', 'dog', '1', '=', ' ', '  ', '\n', '.')
  const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(''))
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), fc.oneof(text, fc.string()), (a, b) => {
      const found = wordDifference(a, b)
      if (!found) return
      expect(whole(found.first)).toBe(a)
      expect(whole(found.second)).toBe(b)
      for (const mark of [...marked(found.first), ...marked(found.second)]) expect(mark).toBe(mark.trim())
    }),
  )
})
