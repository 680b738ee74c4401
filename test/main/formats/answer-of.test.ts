// Answers alone in the shapes that others write them in, and the rows that are none.
import { expect, test } from 'vitest'
import { markOf } from '../../../src/main/formats/answer-of.ts'
import { file, jsonl, readAll } from './files.ts'

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

test.each([
  {
    name: "TRL's unpaired preferences",
    records: [{ prompt: 'Q', completion: 'one', label: true }],
    shape: 'prompt, completion, label: answers alone, good or bad',
    prompt: 'Q',
  },
  {
    name: 'the same as conversations',
    records: [{ prompt: [user('Q')], completion: [assistant('one')], label: true }],
    shape: 'prompt and conversations: answers alone, good or bad',
    prompt: [user('Q')],
  },
  {
    name: "LLaMA-Factory's conversation with a kto_tag",
    records: [{ messages: [user('Q'), assistant('A'), user('R'), assistant('one')], kto_tag: true }],
    shape: 'prompt and conversations: answers alone, good or bad',
    prompt: [user('Q'), assistant('A'), user('R')],
  },
  {
    name: 'its Alpaca form',
    records: [{ instruction: 'Q', input: 'and R', output: 'one', kto_tag: 'true' }],
    shape: 'instruction, output, kto_tag: answers alone, good or bad',
    prompt: 'Q\nand R',
  },
  {
    name: 'a system prompt beside',
    records: [{ system: 'Be kind', prompt: 'Q', response: 'one', label: 1 }],
    shape: 'prompt and conversations: answers alone, good or bad',
    prompt: [{ role: 'system', content: 'Be kind' }, user('Q')],
  },
])('$name', async ({ records, shape, prompt }) => {
  const found = await readAll(jsonl(...records))
  expect(found.refused).toEqual([])
  expect([found.alone, found.shape]).toEqual([true, shape])
  expect(found.pairs[0]).toMatchObject({ prompt, chosen: 'one', rejected: '', mark: 'good', given: true })
})

test('marks in the words of many files; none yet, and what is no mark', () => {
  const good = [true, 1, 1n, '1', 'True', ' yes ', 'good', 'desirable', 'thumbs_up', 'Thumbs-Up', 'up', 'positive']
  const bad = [false, 0, -1, '-1', 'FALSE', 'no', 'bad', 'undesirable', 'thumbs down', 'down', 'negative']
  for (const value of good) expect(markOf(value), String(value)).toBe('good')
  for (const value of bad) expect(markOf(value), String(value)).toBe('bad')
  for (const value of [null, undefined, '']) expect(markOf(value)).toBe(null)
  for (const value of [2, 0.5, 'maybe', '11', {}, [], [true], Number.NaN]) expect(markOf(value)).toBe(undefined)
})

test('CSV: words in columns, the writer and other columns come along', async () => {
  const path = file(
    'thumbs.csv',
    'prompt,completion,label,completion_model,topic\nQ,one,true,starter,sums\nQ,two,0,,\n',
  )
  const { pairs } = await readAll(path)
  expect(pairs).toMatchObject([
    { chosen: 'one', mark: 'good', chosenBy: 'starter', extra: { topic: 'sums' } },
    { chosen: 'two', mark: 'bad', chosenBy: null, extra: {} },
  ])
})

test('an answer without a mark waits for one; without a column of marks, where the map names the answer', async () => {
  const waiting = { mark: null, given: false, chosen: 'one' }
  const found = await readAll(
    jsonl({ prompt: 'Q', completion: 'one', label: null }, { prompt: 'R', completion: 'one' }),
  )
  expect(found.pairs).toMatchObject([waiting, waiting])
  const bare = jsonl({ prompt: 'Q', said: 'one' })
  expect((await readAll(bare)).shape).toBe('not recognised')
  const mapped = await readAll(bare, { map: { completion: 'said' } })
  expect([mapped.pairs[0], mapped.shape]).toMatchObject([waiting, 'prompt, said: answers alone, without a mark'])
})

test('each bad row has its line and its reason', async () => {
  const row = (change: object) => ({ prompt: 'Q', completion: 'one', label: true, ...change })
  const { refused } = await readAll(
    jsonl(
      ...[row({}), row({ label: 3 }), row({ completion: ' ' }), row({ completion: null }), row({ prompt: '' })],
      ...[
        row({ completion: [user('one')] }),
        row({ completion: 7 }),
        row({ prompt: null }),
        row({ completion: 'a\0' }),
      ],
    ),
  )
  expect(refused).toEqual([
    '2: label is neither good nor bad',
    '3: completion is empty',
    '4: No completion',
    '5: prompt is empty',
    "6: The last turn is not the assistant's",
    '7: completion is neither a text nor a list of turns',
    '8: No prompt',
    '9: completion holds a zero byte',
  ])
  const conversation = await readAll(jsonl({ messages: [assistant('one')], label: true }))
  expect(conversation.refused).toEqual(['1: No prompt: the answer is the only turn'])
})

test('a file of pairs stays one, whatever else its rows have', async () => {
  const found = await readAll(jsonl({ prompt: 'Q', chosen: 'one', rejected: 'two', label: true, completion: 'three' }))
  expect([found.alone, found.map]).toEqual([false, { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected' }])
  expect(found.pairs[0]).toMatchObject({
    chosen: 'one',
    rejected: 'two',
    extra: { label: 'true', completion: 'three' },
  })
  expect(found.pairs[0]).not.toHaveProperty('mark')
})
