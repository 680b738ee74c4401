import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Job } from '#contract'
import { fixtures, openHome } from './home.ts'

const gsm8k = join(fixtures, 'gsm8k-200.jsonl')

test('real pairs: looked at, imported, listed, shown and exported as they were', async () => {
  const { ask, home, named } = openHome()
  const preview = await ask('pairs.preview', { file: gsm8k })
  expect(preview).toMatchObject({
    ...{ format: 'jsonl', shape: 'prompt, chosen, rejected', rows: 200, good: 200, refusedCount: 0 },
    columns: ['prompt', 'chosen', 'rejected', 'chosen_source', 'rejected_source', 'answer'],
    map: {
      prompt: 'prompt',
      chosen: 'chosen',
      rejected: 'rejected',
      chosenBy: 'chosen_source',
      rejectedBy: 'rejected_source',
    },
  })
  expect(preview.first).toHaveLength(20)
  expect(await ask('sets.list', {})).toEqual([])

  const report = await ask('pairs.import', { file: gsm8k, set: 'gsm8k' })
  expect(report).toMatchObject({ imported: 200, duplicates: 0, refused: [], refusedCount: 0 })
  expect(report.set).toMatchObject({ name: 'gsm8k', pairs: 200, chosen: 200, unlabelled: 0, sample: false })
  expect(named('sets.changed')).toEqual([report.set])
  expect((named('jobs.changed') as Job[]).at(-1)).toMatchObject({ title: 'Import gsm8k-200.jsonl', status: 'done' })

  const set = report.set.id
  const { total, rows } = await ask('pairs.list', { set, offset: 199 })
  expect([total, rows.length]).toEqual([200, 1])
  expect((await ask('pairs.list', { set, filter: { text: 'ducks eggs' } })).total).toBeGreaterThan(0)
  const [first] = (await ask('pairs.list', { set, limit: 1 })).rows
  const lines = readFileSync(gsm8k, 'utf8').trim().split('\n')
  const original = JSON.parse(lines[0] ?? '') as Record<string, string>
  expect(await ask('pairs.show', { pair: first?.id ?? 0 })).toMatchObject({
    prompt: original.prompt,
    chosen: { text: original.chosen, origin: { kind: 'model', writer: '175b_verification' } },
    rejected: { text: original.rejected, origin: { kind: 'model', writer: '6b_finetuning' } },
    extra: { answer: '18' },
  })

  const to = join(home, 'out.jsonl')
  expect(await ask('pairs.export', { set: 'gsm8k', to })).toEqual({ file: to, pairs: 200 })
  const out = readFileSync(to, 'utf8').trim().split('\n')
  const texts = (line: string) => {
    const { prompt, chosen, rejected } = JSON.parse(line) as Record<string, string>
    return { prompt, chosen, rejected }
  }
  expect(out.map(texts)).toEqual(lines.map(texts))

  const again = await ask('pairs.import', { file: to, set: 'gsm8k' })
  expect(again).toMatchObject({ imported: 0, duplicates: 200, set: { pairs: 200 } })
})

test('broken rows are told with their lines, the others imported', async () => {
  const { ask, home } = openHome()
  const lines = readFileSync(gsm8k, 'utf8').trim().split('\n').slice(0, 5)
  const file = join(home, 'broken.jsonl')
  writeFileSync(
    file,
    [lines[0], '{"prompt": "Q"', lines[1], '{"prompt": "Q", "chosen": "same", "rejected": "same"}'].join('\n'),
  )
  const report = await ask('pairs.import', { file, set: 'some' })
  expect(report).toMatchObject({ imported: 2, refusedCount: 2 })
  expect(report.refused).toEqual([
    { line: 2, reason: 'Not JSON', excerpt: '{"prompt": "Q"' },
    { line: 4, reason: 'chosen and rejected are the same', excerpt: 'prompt: Q | chosen: same | rejected: same' },
  ])
})

test('numbers that come with pairs go round: in, out and in again; a wrong one is refused with its row and column', async () => {
  const { ask, home } = openHome()
  const file = join(home, 'rated.jsonl')
  const rows = [
    { prompt: 'p', chosen: 'good', rejected: 'bad', margin: 0.25 },
    { prompt: 'q', chosen: 'good', rejected: 'bad', score_chosen: 8.5, score_rejected: 3 },
    { prompt: 'r', chosen: 'good', rejected: 'bad' },
  ]
  const lines = rows.map((row) => JSON.stringify(row))
  writeFileSync(file, [...lines, '{"prompt": "s", "chosen": "a", "rejected": "b", "margin": "large"}'].join('\n'))
  const { map, first } = await ask('pairs.preview', { file })
  expect(map).toMatchObject({ margin: 'margin', scoreChosen: 'score_chosen', scoreRejected: 'score_rejected' })
  expect(first[0]?.numbers).toEqual({ margin: 0.25, scoreChosen: null, scoreRejected: null })
  const report = await ask('pairs.import', { file, set: 'rated' })
  expect(report.refused).toMatchObject([{ line: 4, reason: expect.stringMatching(/^margin is "large"/) as string }])
  const out = join(home, 'out.jsonl')
  await ask('pairs.export', { set: 'rated', to: out })
  expect(readFileSync(out, 'utf8').trim().split('\n')).toEqual(lines)
  expect(await ask('pairs.import', { file: out, set: 'rated' })).toMatchObject({ imported: 0, duplicates: 3 })
})

test('a file that gives nothing changes nothing', async () => {
  const { ask, home, named } = openHome()
  const file = join(home, 'nothing.jsonl')
  writeFileSync(file, '{"a": 1}\n{"a": 2}')
  await expect(ask('pairs.import', { file, set: 'some' })).rejects.toThrow(
    `${file}: No row is a pair; line 1: No column is known as chosen. Say which columns are prompt, chosen and rejected.`,
  )
  await expect(ask('pairs.import', { file: join(home, 'missing.jsonl'), set: 'some' })).rejects.toThrow(
    'There is no such file',
  )
  await expect(ask('pairs.import', { file: gsm8k, set: 'some', map: { chosen: 'x' } })).rejects.toThrow('no column "x"')
  expect(await ask('sets.list', {})).toEqual([])
  expect(named('sets.changed')).toEqual([])
  expect((named('jobs.changed') as Job[]).filter(({ status }) => status === 'failed')).toHaveLength(3)
})

test('an import lets others through, and a cancelled one leaves nothing', async () => {
  const { ask, home } = openHome()
  const file = join(home, 'many.jsonl')
  const row = (i: number) => JSON.stringify({ prompt: `question ${i}`, chosen: `good ${i}`, rejected: `bad ${i}` })
  writeFileSync(file, Array.from({ length: 5000 }, (_, i) => row(i)).join('\n'))
  let ended = false
  const importing = ask('pairs.import', { file, set: 'many' }).finally(() => (ended = true))
  const outcome = expect(importing).rejects.toThrow('Import many.jsonl was cancelled')
  await ask('app.prefer', { key: 'meanwhile', value: 'yes' })
  const [job] = await ask('jobs.list', {})
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(false)
  await ask('jobs.cancel', { job: job?.id ?? 0 })
  await outcome
  expect(await ask('sets.list', {})).toEqual([])
  expect(await ask('app.preferences', {})).toEqual({ meanwhile: 'yes' })
  expect(await ask('pairs.import', { file, set: 'many' })).toMatchObject({ imported: 5000 })
})

test('what is not there is said', async () => {
  const { ask, home } = openHome()
  await expect(ask('pairs.list', { set: 7 })).rejects.toThrow('set 7: There is no such set.')
  await expect(ask('pairs.show', { pair: 7 })).rejects.toThrow('pair 7: There is no such pair.')
  await expect(ask('pairs.export', { set: 'none', to: join(home, 'x') })).rejects.toThrow(
    'set none: There is no set of this name.',
  )
  const file = join(home, 'open.jsonl')
  writeFileSync(file, '{"prompt":"Q","response_a":"one","response_b":"two"}')
  await ask('pairs.import', { file, set: 'open' })
  await expect(ask('pairs.export', { set: 'open', to: join(home, 'x') })).rejects.toThrow(
    'No pair of this set has a chosen response',
  )
})
