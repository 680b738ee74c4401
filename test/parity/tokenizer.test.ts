// Tokenisation against Hugging Face: the Rust library's splitting rules, SmolLM2's own tokenizer and chats, TRL's pairs.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tokenizerFromGguf } from '../../src/ml/tokenizers/from-gguf.ts'
import { type PairText, tokenizePair } from '../../src/ml/tokenizers/pair.ts'
import { openTokenizer, type Tokenizer } from '../../src/ml/tokenizers/tokenizer.ts'
import type { GgufValue } from '../../src/ml/weights/gguf-reading.ts'

const at = (name: string) => join(import.meta.dirname, 'fixtures', name)
const read = async <T>(name: string): Promise<T> => JSON.parse(await readFile(at(name), 'utf8'))

type Ids = { prompt_ids: number[]; chosen_ids: number[]; rejected_ids: number[] }

function expectPair(tokenizer: Tokenizer, pair: PairText, ids: Ids): void {
  expect(tokenizePair(tokenizer, pair, { context: 1024 })).toEqual({
    shared: ids.prompt_ids,
    chosen: { ids: ids.chosen_ids, scoreFrom: 0 },
    rejected: { ids: ids.rejected_ids, scoreFrom: 0 },
  })
}

describe('the splitting rules that a GGUF can name, against the Rust library', async () => {
  type Rules = Record<string, { ids: number[][]; decoded: string[] }>
  const golden = await read<{
    tokens: string[]
    merges: string[]
    token_type: number[]
    texts: string[]
    rules: Rules
  }>('tokenizer-rules.json')
  test.each(Object.entries(golden.rules))('%s', (pre, { ids, decoded }) => {
    const metadata = new Map<string, GgufValue>([
      ['tokenizer.ggml.model', 'gpt2'],
      ['tokenizer.ggml.pre', pre],
      ['tokenizer.ggml.tokens', golden.tokens],
      ['tokenizer.ggml.merges', golden.merges],
      ['tokenizer.ggml.token_type', golden.token_type],
    ])
    const tokenizer = openTokenizer(tokenizerFromGguf(metadata))
    golden.texts.forEach((text, i) => {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids[i])
      expect(tokenizer.decode(ids[i]!)).toBe(decoded[i])
    })
  })
})

describe('SmolLM2', async () => {
  type Message = { role: string; content: string }
  const golden = await read<{
    tokenizer: { text: string; ids: number[] }[]
    chat: { messages: Message[]; add_generation_prompt: boolean; text: string; ids: number[] }[]
    pairs: Ids[]
    greedy: { ids: number[]; text: string }[]
  }>('smollm2.json')
  const extract = await read<{
    metadata: Record<string, GgufValue>
    size: number
    control: number[]
    tokens: Record<number, string>
    merges: string[]
  }>('smollm2-tokenizer.json')
  const every = Array.from({ length: extract.size }, (_, id) => id)
  const metadata = new Map<string, GgufValue>([
    ...Object.entries(extract.metadata),
    ['tokenizer.ggml.tokens', every.map((id) => extract.tokens[id] ?? `left out ${id}`)],
    ['tokenizer.ggml.token_type', every.map((id) => (extract.control.includes(id) ? 3 : 1))],
    ['tokenizer.ggml.merges', extract.merges],
  ])
  const tokenizer = openTokenizer(tokenizerFromGguf(metadata), 49152)
  const pairs = (await readFile(at('smollm2-pairs.jsonl'), 'utf8')).split('\n').slice(0, 4)

  test('its special tokens', () => {
    const end = { id: 2, text: '<|im_end|>' }
    expect(tokenizer).toMatchObject({
      V: 49152,
      bos: { id: 1, text: '<|im_start|>' },
      eos: end,
      pad: end,
      addBos: false,
    })
  })

  test.each(golden.tokenizer)('$text', ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids)
    expect(tokenizer.decode(ids)).toBe(text)
  })

  test.each(golden.chat)('chat $messages, generation prompt $add_generation_prompt', (chat) => {
    const options = { addGenerationPrompt: chat.add_generation_prompt }
    expect(tokenizer.renderChat(chat.messages, options)).toBe(chat.text)
    expect(tokenizer.encodeChat(chat.messages, options)).toEqual(chat.ids)
  })

  test.each(golden.greedy)('decoding $text', ({ ids, text }) => {
    expect(tokenizer.decode(ids)).toBe(text)
  })

  test.each(golden.pairs.map((ids, i) => [i, ids] as const))('pair %i', (i, ids) => {
    expectPair(tokenizer, JSON.parse(pairs[i]!) as PairText, ids)
  })
})

describe.each(['tiny-llama', 'tiny-qwen2', 'tiny-gpt2'])('%s', async (name) => {
  const golden = await read<{ pairs: PairText[]; token_ids: Ids[]; eos_id: number }>(`${name}.json`)
  const tokenizer = openTokenizer(
    {
      tokenizer: await read(`${name}/tokenizer.json`),
      config: await read(`${name}/tokenizer_config.json`),
      template: null,
    },
    256,
  )
  test.each(golden.pairs.map((pair, i) => [i, pair] as const))('pair %i', (i, pair) => {
    expect(tokenizer.eos?.id).toBe(golden.eos_id)
    expectPair(tokenizer, pair, golden.token_ids[i]!)
  })
})
