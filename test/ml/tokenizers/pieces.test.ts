// Pieces of tokens: they join to the text of all, whatever bytes the tokens hold, and no piece shows half a character.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokenPieces } from '../../../src/ml/tokenizers/pieces.ts'
import { openTokenizer } from '../../../src/ml/tokenizers/tokenizer.ts'

const file = join(import.meta.dirname, '../../parity/fixtures/tiny-llama/tokenizer.json')
// One token a byte but for the few it has merged: every character beyond ASCII is parted.
const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
const tokenizer = openTokenizer({ tokenizer: json, config: {}, template: null })

test('a character stands at the last of its tokens', () => {
  const ids = tokenizer.encode('né🦊.')
  expect(ids).toHaveLength(1 + 2 + 4 + 1)
  expect(tokenPieces(tokenizer, ids)).toEqual(['n', '', 'é', '', '', '', '🦊', '.'])
})

test('a replacement character of the text itself is told, and so are bytes that end in the middle of one', () => {
  const ids = tokenizer.encode('a\uFFFDb')
  expect(tokenPieces(tokenizer, ids).join('')).toBe('a\uFFFDb')
  const cut = tokenizer.encode('a🦊').slice(0, 3)
  expect(tokenPieces(tokenizer, cut)).toEqual(['a', '', tokenizer.decode(cut).slice(1)])
  expect(tokenPieces(tokenizer, [])).toEqual([])
})

test('texts: as many pieces as tokens, joined the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (text) => {
      const ids = tokenizer.encode(text)
      const pieces = tokenPieces(tokenizer, ids)
      expect(pieces).toHaveLength(ids.length)
      expect(pieces.join('')).toBe(text)
    }),
  )
})

test('any tokens at all: joined what they decode to', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(tokenizer.V - 1), { maxLength: 60 }), (ids) => {
      expect(tokenPieces(tokenizer, ids).join('')).toBe(tokenizer.decode(ids))
    }),
  )
})
