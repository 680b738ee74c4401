import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PairSet } from '#contract'
import { fixtures, openHome } from './home.ts'

async function withOpenPairs(count: number) {
  const app = openHome()
  const file = join(app.home, 'open.jsonl')
  const row = (i: number) => JSON.stringify({ prompt: `Q${i}`, response_a: `one ${i}`, response_b: `two ${i}` })
  writeFileSync(file, Array.from({ length: count }, (_, i) => row(i)).join('\n'))
  const { set } = await app.ask('pairs.import', { file, set: 'open' })
  return { ...app, set: set.id }
}

test('twenty labels in a row, taken back one by one, and brought back', async () => {
  const { ask, set, named } = await withOpenPairs(20)
  const labelled: number[] = []
  for (let at = await ask('labels.next', { set }); at; at = await ask('labels.next', { set, after: at.id })) {
    const detail = await ask('labels.add', { pair: at.id, verdict: at.id % 2 === 0 ? 'a' : 'b', strength: 2 })
    expect(detail).toMatchObject({ label: 'chosen', strength: 2, history: [{ by: 'me', undone: false }] })
    labelled.push(at.id)
  }
  expect(labelled).toHaveLength(20)
  expect((named('sets.changed') as PairSet[]).at(-1)).toMatchObject({ chosen: 20, unlabelled: 0 })
  for (const id of labelled.toReversed())
    expect(await ask('labels.undo', { set })).toMatchObject({ id, label: 'unlabelled', history: [{ undone: true }] })
  expect(await ask('labels.undo', { set })).toBe(null)
  expect((named('sets.changed') as PairSet[]).at(-1)).toMatchObject({ chosen: 0, unlabelled: 20 })
  expect(await ask('labels.redo', { set })).toMatchObject({ id: labelled[0], label: 'chosen' })
  await ask('labels.add', { pair: labelled[5] ?? 0, verdict: 'tie' })
  expect(await ask('labels.redo', { set })).toBe(null)
})

test('an edit becomes the chosen response over the one it was made from', async () => {
  const { ask, set } = await withOpenPairs(1)
  const at = await ask('labels.next', { set })
  const detail = await ask('labels.add', { pair: at?.id ?? 0, verdict: 'b', edited: 'two, mended' })
  expect(detail).toMatchObject({
    ...{ label: 'chosen', rejected: { text: 'two 0' }, a: { text: 'one 0' }, b: { text: 'two 0' } },
    chosen: { text: 'two, mended', origin: { kind: 'edit', writer: 'me' } },
    history: [{ verdict: 'b', edited: 'two, mended' }],
  })
  await expect(ask('labels.add', { pair: at?.id ?? 0, verdict: 'skip', edited: 'x' })).rejects.toThrow(
    /cannot carry an edit/,
  )
})

test('labels are signed with the name that was set, and taken back by the same person only', async () => {
  const { ask, set } = await withOpenPairs(1)
  const at = await ask('labels.next', { set })
  await ask('app.prefer', { key: 'labels.by', value: ' Ann ' })
  expect((await ask('labels.add', { pair: at?.id ?? 0, verdict: 'a' })).history).toMatchObject([{ by: 'Ann' }])
  await ask('app.prefer', { key: 'labels.by', value: 'Bob' })
  expect(await ask('labels.undo', { set })).toBe(null)
})

test('imported choices can be relabelled from the queue of all', async () => {
  const { ask } = openHome()
  const { set } = await ask('pairs.import', { file: join(fixtures, 'gsm8k-200.jsonl'), set: 'gsm8k' })
  expect(await ask('labels.next', { set: set.id })).toBe(null)
  const first = await ask('labels.next', { set: set.id, queue: 'all' })
  const second = await ask('labels.next', { set: set.id, queue: 'all', after: first?.id })
  expect(second?.id).toBeGreaterThan(first?.id ?? 0)
  await ask('labels.add', { pair: first?.id ?? 0, verdict: 'b' })
  expect((await ask('pairs.show', { pair: first?.id ?? 0 })).chosen.text).toBe(first?.rejected.text)
  await expect(ask('labels.next', { set: 99 })).rejects.toThrow('There is no such set')
})
