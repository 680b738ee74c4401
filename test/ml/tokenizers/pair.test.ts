// Pairs by TRL's rules, on the byte tokenizer and on toy tokenizers where the seam between prompt and answer is delicate.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokenizePair, tokenizePrompt, tokenizeResponse } from '../../../src/ml/tokenizers/pair.ts'
import { openTokenizer, type Tokenizer } from '../../../src/ml/tokenizers/tokenizer.ts'

const at = join(import.meta.dirname, '../../parity/fixtures/tiny-llama')
const read = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(at, name), 'utf8'))
const files = { tokenizer: await read('tokenizer.json'), config: await read('tokenizer_config.json'), template: null }
const EOS = 188
const wide = { context: 10_000 }
const bytes = openTokenizer(files)
const ids = (text: string) => bytes.encode(text)

/** The byte tokenizer with a few merges on top, whose ids begin at 300. */
function merging(...merges: [string, string][]): Tokenizer {
  const model = files.tokenizer['model'] as { vocab: Record<string, number> }
  const vocab = { ...model.vocab, ...Object.fromEntries(merges.map(([a, b], i) => [a + b, 300 + i])) }
  return openTokenizer({ ...files, tokenizer: { ...files.tokenizer, model: { ...model, vocab, merges } } })
}

function chatting(template: string): Tokenizer {
  return openTokenizer({ ...files, template })
}

test('plain text: the prompt is shared, each side ends with EOS', () => {
  expect(tokenizePair(bytes, { prompt: 'ab', chosen: ' c', rejected: ' de' }, wide)).toEqual({
    shared: ids('ab'),
    chosen: { ids: [...ids(' c'), EOS], scoreFrom: 0 },
    rejected: { ids: [...ids(' de'), EOS], scoreFrom: 0 },
  })
})

test('an answer that brings its own EOS gets no second one', () => {
  const pair = tokenizePair(bytes, { prompt: 'ab', chosen: 'cĀ', rejected: 'd' }, wide)
  expect(pair).toMatchObject({ chosen: { ids: [...ids('c'), EOS] }, rejected: { ids: [...ids('d'), EOS] } })
})

test('where tokens merge across the seam, the answer begins before it', () => {
  // "x" + "y" is one token, so with the chosen answer the prompt's last token is gone; with the rejected one it stands.
  const tokenizer = merging(['x', 'y'])
  const [a, x, y, z] = ids('axyz') as [number, number, number, number]
  expect(tokenizePair(tokenizer, { prompt: 'ax', chosen: 'yz', rejected: 'z' }, wide)).toEqual({
    shared: [a],
    chosen: { ids: [300, z, EOS], scoreFrom: 0 },
    rejected: { ids: [x, z, EOS], scoreFrom: 1 },
  })
  expect(y).not.toBe(300)
})

test('BOS stands once at the start when the tokenizer adds one', () => {
  const adding: Tokenizer = { ...bytes, addBos: true, bos: { id: 5, text: '&' } }
  const pair = tokenizePair(adding, { prompt: 'ab', chosen: 'c', rejected: 'd' }, wide)
  expect(pair).toMatchObject({ shared: [5, ...ids('ab')], chosen: { ids: [...ids('c'), EOS] } })
  expect(tokenizePrompt(adding, '&ab')).toEqual([5, ...ids('ab')])
})

const turns =
  '{% for m in messages %}<{{ m.role[0] }}>{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<a>{% endif %}'
const user = [{ role: 'user', content: 'hi' }]
const says = (content: string) => [{ role: 'assistant', content }]

test('chats are rendered whole, and nothing is added beyond the template', () => {
  const chat = chatting(turns)
  const pair = tokenizePair(chat, { prompt: user, chosen: says('yes'), rejected: says('no') }, wide)
  expect(pair).toEqual({
    shared: ids('<u>hi\n<a>'),
    chosen: { ids: ids('yes\n'), scoreFrom: 0 },
    rejected: { ids: ids('no\n'), scoreFrom: 0 },
  })
  expect(tokenizePrompt(chat, user)).toEqual(ids('<u>hi\n<a>'))
})

test('a template that renders the prompt alone differently: the answer begins where they part', () => {
  const odd = chatting(
    '{% for m in messages %}<{{ m.role[0] }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<a>?{% endif %}',
  )
  const response = tokenizeResponse(odd, { prompt: user, response: says('!') }, wide)
  expect(response).toEqual({ ids: ids('<u>hi<a>!'), start: ids('<u>hi<a>').length })
})

test.each<[string, Parameters<typeof tokenizePair>[1], number, string]>([
  ['an empty answer', { prompt: 'a', chosen: '', rejected: 'b' }, 99, 'the chosen is empty'],
  ['an empty chat answer', { prompt: user, chosen: says('b'), rejected: says('') }, 99, 'the rejected is empty'],
  ['no prompt', { prompt: '', chosen: 'a', rejected: 'b' }, 99, 'the chosen has no prompt before it'],
  [
    'a side beyond the context',
    { prompt: 'abc', chosen: 'de', rejected: 'defgh' },
    8,
    'too long: prompt 3 + rejected 6 = 9 tokens, the limit is 8',
  ],
])('%s is refused with its reason', (_name, pair, context, reason) => {
  const result = tokenizePair(chatting(turns), pair, { context })
  expect('refused' in result && result.refused).toContain(reason)
})

test('a pair that just fits is taken whole', () => {
  const pair = tokenizePair(bytes, { prompt: 'abc', chosen: 'de', rejected: 'defg' }, { context: 8 })
  expect(pair).toMatchObject({ rejected: { ids: [...ids('defg'), EOS] } })
})

test("a template's refusal becomes the pair's", () => {
  const result = tokenizePair(
    chatting("{{ raise_exception('no users here') }}"),
    { prompt: user, chosen: says('a'), rejected: says('b') },
    wide,
  )
  expect(result).toEqual({ refused: "the model's chat template failed: it says: no users here" })
})

test('shared and sides always rebuild both sequences, and scored tokens are the answer', () => {
  const tokenizer = merging(['a', 'b'], ['ab', 'a'], ['b', 'b'])
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(text, text, text, (prompt, chosen, rejected) => {
      const pair = tokenizePair(tokenizer, { prompt, chosen, rejected }, wide)
      if ('refused' in pair) {
        expect(pair.refused).toMatch(/no prompt before it/)
        return
      }
      const alone = tokenizer.encode(prompt)
      for (const [side, answer] of [
        [pair.chosen, chosen],
        [pair.rejected, rejected],
      ] as const) {
        const whole = [...pair.shared, ...side.ids]
        expect(whole).toEqual([...tokenizer.encode(prompt + answer), EOS])
        const start = pair.shared.length + side.scoreFrom
        expect(whole.slice(0, start)).toEqual(alone.slice(0, start))
        expect(alone[start]).not.toBe(whole[start])
      }
      expect(Math.min(pair.chosen.scoreFrom, pair.rejected.scoreFrom)).toBe(0)
    }),
  )
})
