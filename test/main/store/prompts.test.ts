import { expect, test } from 'vitest'
import type { PairId } from '#contract'
import { fill, memoryStore, pair } from './open.ts'

test('each prompt once, in order, with the first chosen answer that there is', () => {
  const store = memoryStore()
  const talk = [{ role: 'user', content: 'hello' }]
  fill(store, 'other', [pair('first', 'from another set', 'x')])
  const { id } = fill(store, 'set', [
    pair('second', 'a', 'b', false),
    pair('first', 'good', 'bad'),
    pair('second', 'c', 'd', false),
    pair('first', 'later', 'bad'),
    pair(talk, 'hi', 'no'),
  ])
  const [open] = store.pairs.list({
    set: id,
    filter: { text: '', label: 'unlabelled', order: 'id', direction: 'down', model: null },
    offset: 0,
    limit: 9,
  }).rows
  expect(store.pairs.prompts(id)).toEqual([
    { prompt: 'second', expected: null },
    { prompt: 'first', expected: 'good' },
    { prompt: talk, expected: 'hi' },
  ])
  store.labels.add({ pair: (open?.id ?? 0) as PairId, verdict: 'b', strength: 1, edited: null, by: 'me' })
  expect(store.pairs.prompts(id, 2)).toEqual([
    { prompt: 'second', expected: 'b' },
    { prompt: 'first', expected: 'good' },
  ])
})

test('what the first pair of a prompt says is expected goes before what was chosen', () => {
  const store = memoryStore()
  const { id } = fill(store, 'set', [
    { ...pair('sum', 'it is 4', 'it is 5'), extra: { expected: '4', other: 'x' } },
    { ...pair('no commas', 'a b', 'a, b'), extra: { instruction_id_list: '["punctuation:no_comma"]', kwargs: '[{}]' } },
    { ...pair('half', 'a', 'b'), extra: { kwargs: '[{}]' } },
  ])
  expect(store.pairs.prompts(id)).toEqual([
    { prompt: 'sum', expected: '4' },
    { prompt: 'no commas', expected: '{"instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]}' },
    { prompt: 'half', expected: 'a' },
  ])
})

test('an empty set has no prompts', () => {
  const store = memoryStore()
  expect(store.pairs.prompts(store.sets.create('empty').id)).toEqual([])
})
