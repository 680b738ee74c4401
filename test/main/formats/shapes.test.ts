import { expect, test } from 'vitest'
import { jsonl, readAll, texts } from './files.ts'

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

test.each([
  ['TRL, explicit, texts', { prompt: 'Q', chosen: 'good', rejected: 'bad' }, 'Q', 'prompt, chosen, rejected'],
  [
    'TRL, explicit, conversations',
    { prompt: [user('Q')], chosen: [assistant('good')], rejected: [assistant('bad')] },
    [user('Q')],
    'prompt and conversations',
  ],
  [
    'TRL, implicit, conversations',
    { chosen: [user('Q'), assistant('good')], rejected: [user('Q'), assistant('bad')] },
    [user('Q')],
    'conversations',
  ],
  [
    'TRL, implicit, texts',
    { chosen: 'The sky is good', rejected: 'The sky is bad' },
    'The sky is ',
    'texts with a shared beginning',
  ],
  [
    'Anthropic HH',
    {
      chosen: '\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Q\n\nAssistant: good',
      rejected: '\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Q\n\nAssistant: bad',
    },
    [user('Hi'), assistant('Hello.'), user('Q')],
    'Anthropic HH transcripts',
  ],
  [
    'UltraFeedback',
    {
      ...{ prompt: 'Q', prompt_id: 'x', score_chosen: 8 },
      ...{ chosen: [user('Q'), assistant('good')], rejected: [user('Q'), assistant('bad')] },
    },
    [user('Q')],
    'prompt and conversations',
  ],
  [
    'ShareGPT ranking',
    {
      conversations: [
        { from: 'human', value: 'Hi' },
        { from: 'gpt', value: 'Hello.' },
        { from: 'human', value: 'Q' },
      ],
      chosen: { from: 'gpt', value: 'good' },
      rejected: { from: 'gpt', value: 'bad' },
    },
    [user('Hi'), assistant('Hello.'), user('Q')],
    'prompt and conversations',
  ],
  [
    'Alpaca ranking',
    { instruction: 'Add', input: '1 and 2', output: ['good', 'bad'] },
    'Add\n1 and 2',
    'instruction, output',
  ],
  ['Alpaca without input', { instruction: 'Add', input: '', output: ['good', 'bad'] }, 'Add', 'instruction, output'],
  [
    'a system column',
    { system: 'Be brief.', question: 'Q', chosen: 'good', rejected: 'bad' },
    [{ role: 'system', content: 'Be brief.' }, user('Q')],
    'conversations',
  ],
])('%s', async (_, record, prompt, shape) => {
  const found = await readAll(jsonl(record))
  expect(found.refused).toEqual([])
  expect(found.pairs.map(texts)).toEqual([{ prompt, chosen: 'good', rejected: 'bad' }])
  expect(found.pairs[0]?.given).toBe(true)
  expect(found.shape).toContain(shape)
})

test('two answers without a choice wait for a label', async () => {
  const { pairs, shape } = await readAll(jsonl({ prompt: 'Q', response_a: 'one', response_b: 'two' }))
  expect(pairs[0]).toMatchObject({ prompt: 'Q', chosen: 'one', rejected: 'two', given: false })
  expect(shape).toBe('prompt, response_a, response_b: two answers without a choice')
})

test('a map names columns that nobody would guess, and must not name any that are missing', async () => {
  const path = jsonl({ frage: 'Q', gut: 'good', schlecht: 'bad', von: 'model-x' })
  expect(await readAll(path)).toMatchObject({
    shape: 'not recognised',
    pairs: [],
    refused: ['1: No column is known as chosen'],
  })
  const map = { prompt: 'frage', chosen: 'gut', rejected: 'schlecht', chosenBy: 'von' }
  const { pairs, shape } = await readAll(path, { map })
  expect(shape).toBe('frage, gut, schlecht')
  expect(pairs[0]).toMatchObject({
    prompt: 'Q',
    chosen: 'good',
    rejected: 'bad',
    chosenBy: 'model-x',
    rejectedBy: null,
  })
  await expect(readAll(path, { map: { chosen: 'nirgends' } })).rejects.toThrow(
    'map chosen: There is no column "nirgends". Columns: frage, gut, schlecht, von.',
  )
})

test('writers and other columns come along, bounded', async () => {
  const record = {
    ...{ prompt: 'Q', chosen: 'good', rejected: 'bad', chosen_source: 'm1', rejected_model: ' m2 ' },
    ...{ answer: 18, tags: ['a', 'b'], long: 'x'.repeat(5000), none: null, zero: 'a\0b', half: '\ud800' },
  }
  const path = jsonl(record)
  const [pair] = (await readAll(path)).pairs
  expect(pair).toMatchObject({ chosenBy: 'm1', rejectedBy: 'm2' })
  expect(pair?.extra).toEqual({
    ...{ answer: '18', tags: '["a","b"]', long: `${'x'.repeat(2000)}…`, zero: 'a b', half: ' ' },
  })
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`column ${i}`, i]))
  const wide = (await readAll(jsonl({ ...record, ...many, ['__proto__x']: 1 }))).pairs[0]
  expect(Object.keys(wide?.extra ?? {}).length).toBeLessThanOrEqual(32)
})

test('a column called __proto__ is a column', async () => {
  const path = jsonl({ prompt: 'Q', chosen: 'good', rejected: 'bad' })
  const { writeFileSync } = await import('node:fs')
  writeFileSync(path, '{"prompt":"Q","chosen":"good","rejected":"bad","__proto__":"x"}')
  const [pair] = (await readAll(path)).pairs
  expect(Object.entries(pair?.extra ?? {})).toEqual([['__proto__', 'x']])
})

test('each bad row has its line and its reason', async () => {
  const good = { prompt: 'Q', chosen: 'good', rejected: 'bad' }
  const rows: [unknown, string][] = [
    [{ ...good, chosen: undefined }, 'No chosen'],
    [{ ...good, rejected: null }, 'No rejected'],
    [{ ...good, prompt: undefined }, 'No prompt'],
    [{ ...good, chosen: '' }, 'chosen is empty'],
    [{ ...good, rejected: ' \n' }, 'rejected is empty'],
    [{ ...good, prompt: '' }, 'prompt is empty'],
    [{ ...good, chosen: 'bad' }, 'chosen and rejected are the same'],
    [{ ...good, chosen: 7 }, 'chosen is neither a text nor a list of turns'],
    [{ ...good, rejected: [{ role: 'x' }] }, 'rejected is neither a text nor a list of turns'],
    [{ ...good, prompt: { a: 1 } }, 'prompt is neither a text nor a list of turns'],
    [{ ...good, chosen: 'x'.repeat(200_001) }, 'chosen has 200001 characters; at most 200000 are stored'],
    [{ ...good, chosen: 'a\0b' }, 'chosen holds a zero byte'],
    [{ ...good, chosen: 'a\ud800' }, 'chosen is not valid Unicode'],
    [
      {
        ...good,
        chosen: [user('a'), assistant('b'), user('c'), assistant('d')],
        rejected: [user('a'), assistant('x')],
      },
      'The conversations part at turn 2 and go on; one answer each must be left',
    ],
    [{ ...good, chosen: [user('a')], rejected: [user('b')] }, "The last turn is not the assistant's"],
    [[1, 2], 'Not a JSON object'],
    ['text', 'Not a JSON object'],
  ]
  const found = await readAll(jsonl(good, ...rows.map(([row]) => row), good))
  expect(found.refused).toEqual(rows.map(([, reason], index) => `${index + 2}: ${reason}`))
  expect(found.pairs.map(texts)).toEqual([good, good])
})

test('responses that begin alike at once, or that are one the beginning of the other, have no prompt to share', async () => {
  const { refused } = await readAll(
    jsonl({ chosen: 'Yes', rejected: 'No' }, { chosen: 'Q a', rejected: 'Q ' }, { chosen: 'same', rejected: 'same' }),
  )
  expect(refused).toEqual([
    '1: No prompt: there is no such column, and chosen and rejected begin differently',
    '2: rejected is empty',
    '3: chosen and rejected are the same',
  ])
})
