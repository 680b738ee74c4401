// Files of prompts: a text with one a line, rows with and without an expected answer, files of pairs, and what is refused.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPrompts, type PromptFileRow } from '../../../src/main/formats/index.ts'
import { file, fixtures, jsonl } from './files.ts'

async function all(path: string) {
  const rows: PromptFileRow[] = []
  for await (const row of readPrompts(path)) rows.push(row)
  return {
    prompts: rows.flatMap((row) => ('prompt' in row ? [row.prompt] : [])),
    refused: rows.flatMap((row) => ('refused' in row ? [`${row.line}: ${row.refused}`] : [])),
  }
}

test('a text has a prompt a line, empty lines aside, whatever stands in them', async () => {
  const text = '\uFEFFWhat is 2 + 2?\r\n\n   \n{"not": "json"}\n  spaces stay  '
  expect(await all(file('prompts.txt', text))).toEqual({
    prompts: ['What is 2 + 2?', '{"not": "json"}', '  spaces stay  '].map((prompt) => ({ prompt, expected: null })),
    refused: [],
  })
  expect((await all(file('prompts', 'one, two\nthree'))).prompts.map(({ prompt }) => prompt)).toEqual([
    'one, two',
    'three',
  ])
})

test('lines that are no text are told', async () => {
  const bytes = Buffer.concat([Buffer.from('good\n'), Buffer.from([0xff, 0xfe, 10]), Buffer.from('a\0b\n')])
  expect(await all(file('prompts.txt', bytes))).toEqual({
    prompts: [{ prompt: 'good', expected: null }],
    refused: ['2: Not valid UTF-8', '3: prompt holds a zero byte'],
  })
})

test('any lines come back as they were', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/[\n\r\0]/.test(text))
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), async (lines) => {
      fc.pre(!lines[0]?.startsWith('\uFEFF') && lines.some((text) => text !== ''))
      const { prompts, refused } = await all(file('lines.txt', lines.join('\n')))
      expect(refused).toEqual([])
      expect(prompts.map(({ prompt }) => prompt)).toEqual(lines.filter((text) => text.trim() !== ''))
    }),
    { numRuns: 40 },
  )
})

test('rows with a prompt, and the right answer under any of its names', async () => {
  const talk = [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: 'hi' },
  ]
  const { prompts, refused } = await all(
    jsonl(
      { prompt: 'p' },
      { question: 'q', answer: 18 },
      { prompt: 'p', expected: 'e', answer: 'a' },
      { messages: talk },
      { prompt: 'p', system: 'Be brief.', answer: '' },
      { prompt: '  ' },
      { text: 'none' },
      { prompt: 7 },
    ),
  )
  expect(prompts).toEqual([
    { prompt: 'p', expected: null },
    { prompt: 'q', expected: '18' },
    { prompt: 'p', expected: 'e' },
    { prompt: talk.slice(0, 1), expected: 'hi' },
    {
      prompt: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'p' },
      ],
      expected: null,
    },
  ])
  expect(refused).toEqual([
    '6: prompt is empty',
    '7: No column is known as prompt',
    '8: prompt is neither a text nor a list of turns',
  ])
})

test('a file of pairs gives its prompts, the chosen answers expected', async () => {
  const { prompts, refused } = await all(join(fixtures, 'gsm8k-200.jsonl'))
  expect([prompts.length, refused.length]).toEqual([200, 0])
  const [line] = readFileSync(join(fixtures, 'gsm8k-200.jsonl'), 'utf8').split('\n')
  const { prompt, chosen } = JSON.parse(line ?? '') as Record<string, string>
  expect(prompts[0]).toEqual({ prompt, expected: chosen })
  expect((await all(join(fixtures, 'pairs-conversations.parquet'))).prompts[0]?.prompt).toBeInstanceOf(Array)
})

test("IFEval's rows give their instructions", async () => {
  const { prompts } = await all(join(fixtures, 'ifeval-30.jsonl'))
  expect(prompts).toHaveLength(30)
  expect(JSON.parse(prompts[0]?.expected ?? '')).toEqual({
    instruction_id_list: ['length_constraints:number_words'],
    kwargs: [{ relation: 'less than', num_words: 300 }],
  })
})
