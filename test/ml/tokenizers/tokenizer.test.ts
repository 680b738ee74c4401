// The tokenizer's own promises: specials, BOS, decoding, and refusals of files that lie.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTokenizerFiles, tokenizerIdentity, tokenizerTexts } from '../../../src/ml/tokenizers/files.ts'
import { openTokenizer } from '../../../src/ml/tokenizers/tokenizer.ts'

const at = join(import.meta.dirname, '../../parity/fixtures/tiny-llama')
const read = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(at, name), 'utf8'))
const files = { tokenizer: await read('tokenizer.json'), config: await read('tokenizer_config.json'), template: null }
const tokenizer = openTokenizer(files, 256)

test('what the files say', () => {
  const end = { id: 188, text: 'Ā' }
  expect(tokenizer).toMatchObject({ V: 256, bos: end, eos: end, pad: end, addBos: false, hasChat: false })
})

test('every text comes back from its ids', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    }),
  )
})

test('special tokens in a text become their ids and can be left out again', () => {
  const ids = tokenizer.encode('aĀb')
  expect(ids).toContain(188)
  expect(tokenizer.decode(ids)).toBe('aĀb')
  expect(tokenizer.decode(ids, { skipSpecial: true })).toBe('ab')
  expect(tokenizer.decode([])).toBe('')
  expect(tokenizer.decode([999_999, 64])).toBe('a')
})

test("BOS is the post-processor's to add; encode itself adds nothing", () => {
  const bos = { SpecialToken: { id: 'Ā', type_id: 0 } }
  const processor = { type: 'TemplateProcessing', single: [bos, { Sequence: { id: 'A', type_id: 0 } }], pair: [] }
  const adding = openTokenizer({ ...files, tokenizer: { ...files.tokenizer, post_processor: processor } })
  expect(adding.addBos).toBe(true)
  expect(adding.encode('a')).toEqual([64])
})

test('a chat is the rendered text, tokenised; without a template it is refused', () => {
  const chat = openTokenizer({
    ...files,
    template: '{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}',
  })
  expect(chat.encodeChat([{ role: 'user', content: 'ab' }])).toEqual([64, 65, 188])
  expect(() => tokenizer.renderChat([])).toThrow('the model has no chat template')
})

test('the texts written beside a model read back as the same tokenizer', async () => {
  const given = { ...files, template: '{{ messages }}' }
  const texts = tokenizerTexts(given)
  const folder = {
    list: async () => Object.keys(texts),
    open: () => Promise.reject(new Error('not asked for')),
    text: async (name: string) => texts[name]!,
  }
  const again = await readTokenizerFiles(folder, new Set(Object.keys(texts)))
  expect(tokenizerIdentity(again)).toEqual(tokenizerIdentity(given))
  const changed = { ...given, template: '{{ messages[0] }}' }
  expect(tokenizerIdentity(changed).template).not.toBe(tokenizerIdentity(given).template)
  expect(tokenizerIdentity(changed).tokenizer).toBe(tokenizerIdentity(given).tokenizer)
})

const model = files.tokenizer['model'] as object

test.each<[string, object, RegExp]>([
  ['another model', { model: { type: 'Unigram', vocab: [] } }, /its model is Unigram; only BPE/],
  ['no model', { model: null }, /only BPE/],
  ['no vocabulary', { model: { type: 'BPE', merges: [] } }, /no vocabulary/],
  ['absurd ids', { model: { ...model, vocab: { a: 4e9 } } }, /token id 4000000000 is not between/],
  ['fractional ids', { model: { ...model, vocab: { a: 0.5 } } }, /token id 0\.5/],
  ['odd merges', { model: { ...model, merges: [['a']] } }, /no vocabulary and merges/],
  ['odd added tokens', { added_tokens: [{ id: 3 }] }, /added_tokens/],
  ['an unknown splitting', { pre_tokenizer: { type: 'Nonsense' } }, /cannot be used: Unknown PreTokenizer/],
  [
    'a splitting that would be done wrongly',
    { pre_tokenizer: { type: 'Split', pattern: { Regex: 'a' }, behavior: 'MergedWithNext', invert: false } },
    /splitting by "mergedwithnext"/,
  ],
  [
    'a broken pattern',
    { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
    /cannot be used/,
  ],
  [
    'an endless pattern',
    { pre_tokenizer: { type: 'Split', pattern: { Regex: 'a'.repeat(5000) }, behavior: 'Isolated' } },
    /more than 4096/,
  ],
])('%s is refused in one line', (_name, change, line) => {
  const open = () => openTokenizer({ ...files, tokenizer: { ...files.tokenizer, ...change } })
  expect(open).toThrow(line)
  expect(open).toThrow(/^tokenizer\.json[^\n]*$/)
})

test('a tokenizer with more ids than the model has rows is refused', () => {
  expect(() => openTokenizer(files, 200)).toThrow(/ids up to 255, the model's embeddings only 200 rows/)
})
