// Tokenizers in GGUF metadata: what becomes of special tokens, BOS and templates, and which are refused.
import { expect, test } from 'vitest'
import { tokenizerFromGguf } from '../../../src/ml/tokenizers/from-gguf.ts'
import { openTokenizer } from '../../../src/ml/tokenizers/tokenizer.ts'
import type { GgufValue } from '../../../src/ml/weights/gguf-reading.ts'

const base: Record<string, GgufValue> = {
  'general.architecture': 'llama',
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.pre': 'llama-bpe',
  'tokenizer.ggml.tokens': ['a', 'b', 'c', 'ab', 'abc', '<s>', '</s>', '<tool>', '__proto__'],
  'tokenizer.ggml.token_type': [1, 1, 1, 1, 1, 3, 3, 4, 1],
  'tokenizer.ggml.merges': ['b c', 'a b'],
  'tokenizer.ggml.bos_token_id': 5,
  'tokenizer.ggml.eos_token_id': 6,
}
const files = (changes: Record<string, GgufValue | undefined> = {}) =>
  tokenizerFromGguf(
    new Map(
      Object.entries({ ...base, ...changes }).filter((entry): entry is [string, GgufValue] => entry[1] !== undefined),
    ),
    'm.gguf',
  )

test('Llama 3: BOS by default, whole words before merges, specials found in text', () => {
  const tokenizer = openTokenizer(files())
  expect(tokenizer).toMatchObject({
    V: 9,
    addBos: true,
    bos: { id: 5, text: '<s>' },
    eos: { id: 6 },
    pad: { id: 6 },
    hasChat: false,
  })
  expect(tokenizer.encode('abc')).toEqual([4]) // by merges alone it would be a, bc
  expect(tokenizer.encode('a<tool>b</s>')).toEqual([0, 7, 1, 6])
  expect(tokenizer.decode([0, 7, 6], { skipSpecial: true })).toBe('a<tool>')
})

test("the file's own word on BOS goes before the rule's", () => {
  expect(openTokenizer(files({ 'tokenizer.ggml.add_bos_token': false })).addBos).toBe(false)
  expect(openTokenizer(files({ 'tokenizer.ggml.pre': 'smollm' })).addBos).toBe(false)
  expect(openTokenizer(files({ 'tokenizer.ggml.pre': 'smollm', 'tokenizer.ggml.add_bos_token': true })).addBos).toBe(
    true,
  )
})

test('files from before the rule had a name go by their architecture', () => {
  const pre = undefined
  expect(openTokenizer(files({ 'tokenizer.ggml.pre': pre, 'general.architecture': 'gpt2' })).encode('ab')).toEqual([3])
  expect(files({ 'tokenizer.ggml.pre': pre, 'general.architecture': 'qwen2' }).tokenizer['normalizer']).toEqual({
    type: 'NFC',
  })
  expect(() => files({ 'tokenizer.ggml.pre': pre })).toThrow(/splits text by the rule default/)
})

test('the template comes along', () => {
  const tokenizer = openTokenizer(files({ 'tokenizer.chat_template': '{{ bos_token }}{{ messages[0].content }}' }))
  expect(tokenizer.encodeChat([{ role: 'user', content: 'ab' }])).toEqual([5, 3])
})

test.each<[Record<string, GgufValue | undefined>, RegExp]>([
  [{ 'tokenizer.ggml.model': 'llama' }, /its tokenizer is llama; only byte-level BPE/],
  [{ 'tokenizer.ggml.model': undefined }, /its tokenizer is null/],
  [{ 'tokenizer.ggml.pre': 'tekken' }, /by the rule tekken; known are smollm/],
  [{ 'tokenizer.ggml.tokens': undefined }, /tokenizer\.ggml\.tokens is missing/],
  [{ 'tokenizer.ggml.tokens': [1, 2] }, /holds something that is no text/],
  [{ 'tokenizer.ggml.merges': ['ab'] }, /merges holds ab, which is no pair/],
])('%j is refused in one line', (changes, line) => {
  expect(() => files(changes)).toThrow(line)
  expect(() => files(changes)).toThrow(/^m\.gguf[^\n]*$/)
})
