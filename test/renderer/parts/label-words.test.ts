import { expect, test } from 'vitest'
import { eventWords, plainText, shownAs } from '../../../src/renderer/parts/label-words.ts'

test('a verdict is told by where the answer was shown, not by its letter', () => {
  const label = { verdict: 'b', strength: 1, edited: null } as const
  expect(shownAs({ bFirst: true }, 'b')).toBe(1)
  expect(eventWords(label, { bFirst: true })).toBe('Answer 1 is better')
  expect(eventWords({ ...label, strength: 2 }, { bFirst: false })).toBe('Answer 2 is much better')
  expect(eventWords({ ...label, verdict: 'a', edited: 'x' }, { bFirst: false })).toBe(
    'Answer 1 edited; the edit is preferred',
  )
  expect(eventWords({ ...label, verdict: 'both-bad' }, { bFirst: false })).toBe('Both are bad')
})

test('a conversation as one text', () => {
  expect(plainText('one')).toBe('one')
  expect(
    plainText([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hi' },
    ]),
  ).toBe('be brief\n\nhi')
})
