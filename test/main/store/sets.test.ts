import { createHash } from 'node:crypto'
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

test('what a pair says is expected is frozen with it, and stays when the set goes', () => {
  const store = memoryStore()
  const told = (expected: string) => ({ ...pair('p1', 'good', 'bad'), extra: { expected } })
  const set = fill(store, 'set', [told('four'), pair('p2', 'good', 'bad')])
  const version = store.sets.freeze(set.id)
  expect(version.pairs).toEqual([
    { id: 1, prompt: 'p1', chosen: 'good', rejected: 'bad', expected: 'four' },
    { id: 2, prompt: 'p2', chosen: 'good', rejected: 'bad' },
  ])
  const hashes = [told('five'), pair('p1', 'good', 'bad')].map(
    (first, i) => store.sets.freeze(fill(store, `other ${i}`, [first, pair('p2', 'good', 'bad')]).id).hash,
  )
  expect(new Set([...hashes, version.hash]).size).toBe(3)
  anyRun(store, set)
  store.sets.remove(set.id)
  expect(store.sets.frozen(version.versionId)).toEqual(version)
})

test('strengths are in a version only where they are asked for, and its hash is the one of before where there are none', () => {
  const store = memoryStore()
  const texts = [1, 2, 3].map((i) => [`p${i}`, `good ${i}`, `bad ${i}`] as const)
  const { id } = fill(
    store,
    'set',
    texts.map(([prompt, a, b]) => pair(prompt, a, b)),
  )
  const sha256 = (...parts: (string | Buffer)[]) =>
    parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest()
  const bare = sha256(...texts.flat().map((body) => sha256(`plain\0${body}`))).toString('hex')
  const versions = () => (['choices', 'strengths', 'ties'] as const).map((labels) => store.sets.freeze(id, { labels }))
  for (const version of versions()) expect(version).toMatchObject({ versionId: 1, hash: bare })
  expect(versions()[1]!.pairs.every((one) => !('strength' in one))).toBe(true)

  store.labels.add({ pair: 1 as PairId, verdict: 'a', strength: 2, edited: null, by: 'me' })
  store.labels.add({ pair: 3 as PairId, verdict: 'tie', strength: 2, edited: null, by: 'me' })
  const [choices, strengths, ties] = versions()
  const strengthsOf = (version: typeof choices | undefined) =>
    version?.pairs.map((one) => [Number(one.id), one.strength ?? 1])
  expect(strengthsOf(choices)).toEqual([
    [1, 1],
    [2, 1],
  ])
  expect(choices!.hash).toBe(
    sha256(
      ...texts
        .slice(0, 2)
        .flat()
        .map((body) => sha256(`plain\0${body}`)),
    ).toString('hex'),
  )
  expect(strengthsOf(strengths)).toEqual([
    [1, 2],
    [2, 1],
  ])
  expect(strengthsOf(ties)).toEqual([
    [1, 2],
    [2, 1],
    [3, 0],
  ])
  expect(ties!.pairs[2]).toEqual({ id: 3, prompt: 'p3', chosen: 'good 3', rejected: 'bad 3', strength: 0 })
  expect(new Set([bare, choices!.hash, strengths!.hash, ties!.hash]).size).toBe(4)
  expect(versions().map(({ versionId }) => versionId)).toEqual([2, 3, 4])
  expect(store.sets.frozenPair(strengths!.versionId, 0)?.strength).toBe(2)

  // Another pair's strength is another version.
  store.labels.add({ pair: 1 as PairId, verdict: 'a', strength: 1, edited: null, by: 'me' })
  store.labels.add({ pair: 2 as PairId, verdict: 'a', strength: 2, edited: null, by: 'me' })
  expect(store.sets.freeze(id, { labels: 'strengths' }).hash).not.toBe(strengths!.hash)
  expect(store.sets.freeze(id).versionId).toBe(choices!.versionId)
  expect(store.sets.frozen(strengths!.versionId)).toEqual(strengths)
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
