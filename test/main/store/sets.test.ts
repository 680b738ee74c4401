import { expect, test } from 'vitest'
import type { PairId, SetId } from '#contract'
import { anyRun, fill, memoryStore, pair, unlabelled } from './open.ts'

test('a frozen version keeps the texts of its moment, whatever becomes of the set', () => {
  const store = memoryStore()
  const set = fill(store, 'set', [pair('p1', 'good', 'bad'), pair('p2', 'good', 'bad'), pair('p3', 'x', 'y', false)])
  const first = store.sets.freeze(set.id)
  expect(first.pairs).toEqual([
    { id: 1, prompt: 'p1', chosen: 'good', rejected: 'bad' },
    { id: 2, prompt: 'p2', chosen: 'good', rejected: 'bad' },
  ])
  expect(store.sets.freeze(set.id)).toEqual(first)

  store.labels.add({ pair: 1 as PairId, verdict: 'b', strength: 1, edited: 'mended', by: 'me' })
  const second = store.sets.freeze(set.id)
  expect(second.hash).not.toBe(first.hash)
  expect(second.pairs[0]).toEqual({ id: 1, prompt: 'p1', chosen: 'mended', rejected: 'bad' })
  expect(store.sets.frozen(first.versionId)).toEqual(first)

  store.labels.undo(set.id, 'me')
  expect(store.sets.freeze(set.id).versionId).toBe(first.versionId)
  expect(store.sets.freeze(set.id, { limit: 1 }).pairs).toHaveLength(1)
  expect(store.sets.frozen(99)).toBe(null)
})

test('the hash follows the texts alone', () => {
  const hashOf = (name: string, texts: string[]) => {
    const store = memoryStore()
    unlabelled(store, 2, 'other')
    return store.sets.freeze(
      fill(
        store,
        name,
        texts.map((text) => pair('p', text, 'bad')),
      ).id,
    ).hash
  }
  expect(hashOf('one', ['x', 'y'])).toBe(hashOf('two', ['x', 'y']))
  expect(hashOf('one', ['x', 'y'])).not.toBe(hashOf('one', ['y', 'x']))
})

test('a removed set takes its pairs, labels and words along; a run keeps what it trained on', () => {
  const store = memoryStore()
  const run = anyRun(store)
  store.samples.append(run.id, [{ step: 0, index: 0, prompt: 'sampled', text: 'an answer' }])
  const other = fill(store, 'other', [pair('p', 'good', 'ugly')])
  store.labels.add({ pair: 1 as PairId, verdict: 'a', strength: 1, edited: 'edited', by: 'me' })
  expect(store.sets.remove(run.set.id)).toBe(true)
  expect(store.sets.remove(run.set.id)).toBe(false)
  expect(() => store.pairs.show(1 as PairId)).toThrow('There is no such pair')
  expect(store.sets.list().map(({ name }) => name)).toEqual(['other'])
  expect(store.pairs.show(2 as PairId).a.text).toBe('good')
  expect(store.sets.frozen(store.runs.setVersion(run.id))?.pairs).toEqual([
    { id: 1, prompt: 'p', chosen: 'good', rejected: 'bad' },
  ])
  expect(store.samples.list(run.id)).toEqual([{ step: 0, index: 0, prompt: 'sampled', text: 'an answer' }])
  // Foreign keys are on again after the sweep.
  expect(() => store.readings.append(99 as never, [{ step: 0, name: 'loss', value: 1 }])).toThrow(/FOREIGN KEY/)
  expect(other.pairs).toBe(1)
})

test('names are unique, missing sets are said', () => {
  const store = memoryStore()
  const one = store.sets.create('one', { sample: true })
  store.sets.create('two')
  expect(one.sample).toBe(true)
  expect(() => store.sets.create('one')).toThrow('set one: There is a set of this name already.')
  expect(() => store.sets.rename(one.id, 'two')).toThrow('set two: There is a set of this name already.')
  expect(store.sets.rename(one.id, 'one').name).toBe('one')
  expect(store.sets.rename(one.id, 'three').name).toBe('three')
  expect(() => store.sets.show(99 as SetId)).toThrow('set 99: There is no such set.')
  expect(store.sets.byName('one')).toBe(null)
})
