// Numbers of pairs in the store: kept, turned with the label, frozen where they are asked for, and taken over from older files.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PairId, PairNumbers } from '#contract'
import { openDatabase } from '../../../src/main/store/database.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { migrate } from '../../../src/main/store/migrate.ts'
import { migrations } from '../../../src/main/store/migrations/index.ts'
import { fill, folder, memoryStore, pair } from './open.ts'

const none: PairNumbers = { margin: null, scoreChosen: null, scoreRejected: null }
const numbered = (prompt: string, numbers: Partial<PairNumbers>) => ({
  ...pair(prompt, 'good', 'bad'),
  numbers: { ...none, ...numbers },
})
const first = 1 as PairId

test('they are told of the responses as the label stands, and of no edited one', () => {
  const store = memoryStore()
  const set = fill(store, 'set', [numbered('p', { margin: 2, scoreChosen: 5, scoreRejected: 4 }), pair('q', 'x', 'y')])
  const shown = () => store.pairs.show(first).numbers
  const written = () => [...store.pairs.chosen(set.id)].map(({ numbers }) => numbers)
  const asGiven = { margin: 2, scoreChosen: 5, scoreRejected: 4 }
  expect([shown(), written()]).toEqual([asGiven, [asGiven, null]])
  const say = (verdict: 'a' | 'b', edited: string | null) =>
    store.labels.add({ pair: first, verdict, strength: 1, edited, by: 'me' })
  say('b', null)
  const turned = { margin: -2, scoreChosen: 4, scoreRejected: 5 }
  expect([shown(), written()]).toEqual([turned, [turned, null]])
  say('a', 'better still')
  expect([shown(), written()]).toEqual([null, [null, null]])
  store.labels.undo(set.id, 'me')
  store.labels.undo(set.id, 'me')
  expect(shown()).toEqual(asGiven)
})

test('the same rows again are no new pairs', () => {
  const store = memoryStore()
  const rows = [numbered('p', { margin: 2 }), numbered('q', { scoreChosen: 1, scoreRejected: 0 })]
  fill(store, 'set', rows)
  const filling = store.pairs.import('set')
  filling.add(rows)
  expect(filling.finish()).toMatchObject({ imported: 0, duplicates: 2 })
  expect(store.pairs.show(first).numbers).toEqual({ ...none, margin: 2 })
})

test('they are in a version where they are asked for, and its hash is the one of before where there are none', () => {
  const store = memoryStore()
  const texts = (prompt: string) => pair(prompt, 'good', 'bad')
  const bare = store.sets.freeze(fill(store, 'bare', [texts('p'), texts('q'), texts('r')]).id).hash
  const { id } = fill(store, 'set', [
    numbered('p', { margin: 2, scoreChosen: 9, scoreRejected: 8 }),
    numbered('q', { scoreChosen: 1, scoreRejected: 3.5 }),
    numbered('r', { scoreChosen: 1 }),
  ])
  for (const labels of ['choices', 'strengths', 'ties'] as const)
    expect(store.sets.freeze(id, { labels })).toMatchObject({ hash: bare })
  expect(store.sets.freeze(id).pairs[0]).not.toHaveProperty('margin')
  const version = store.sets.freeze(id, { labels: 'numbers' })
  expect(version.hash).not.toBe(bare)
  const margins = (of: typeof version) => of.pairs.map(({ margin }) => margin)
  expect(margins(version)).toEqual([2, -2.5, undefined])
  expect(store.pairs.margins(id).map(({ margin }) => margin)).toEqual([2, -2.5, null])
  expect(store.sets.frozenPair(version.versionId, 1)?.margin).toBe(-2.5)
  expect(store.sets.freeze(id, { labels: 'numbers' }).versionId).toBe(version.versionId)
  // Strong marks are no part of it, a tie is left out, and a preference the other way round turns the number.
  const say = (pair: number, verdict: 'a' | 'b' | 'tie') =>
    store.labels.add({ pair: pair as PairId, verdict, strength: 2, edited: null, by: 'me' })
  const last = version.pairs.at(-1)!.id
  say(version.pairs[0]!.id, 'a')
  expect(store.sets.freeze(id, { labels: 'numbers' }).hash).toBe(version.hash)
  say(last - 1, 'b')
  say(last, 'tie')
  const later = store.sets.freeze(id, { labels: 'numbers' })
  expect(later.pairs.map(({ margin, strength }) => [margin, strength])).toEqual([
    [2, undefined],
    [2.5, undefined],
  ])
  expect(margins(store.sets.frozen(version.versionId)!)).toEqual([2, -2.5, undefined])
})

test('a file from before takes the numbers over that lie with its pairs, and its versions keep their hashes', () => {
  const file = join(folder(), 'store.sqlite')
  const before = openDatabase(file)
  migrate(
    before,
    migrations.filter(({ number }) => number < 160),
  )
  const extras = [
    '{"margin":"1.5"}',
    '{"chosen_rating":"5","rejected_rating":"3","margin":"wide"}',
    '{"score_chosen":"9"}',
    null,
  ]
  before.script(`
    INSERT INTO sets (id, name, created_at) VALUES (1, 'old', '2026-01-01');
    INSERT INTO origins (id, kind, writer, sampling) VALUES (1, 'unknown', '', ''), (2, 'model', 'm', '{"score":1.25}'),
      (3, 'model', 'm', '{"score":-1}');
    INSERT INTO texts (id, sha256, form, body, length) VALUES (1, randomblob(32), 'plain', 'good', 4), (2, randomblob(32), 'plain', 'bad', 3);`)
  before.transaction(() => {
    const text = before.change("INSERT INTO texts (sha256, form, body, length) VALUES (randomblob(32), 'plain', ?, 1)")
    const row = before.change(`
      INSERT INTO pairs (set_id, prompt, a, a_origin, b, b_origin, b_first, given, extra, prompt_length, label, strength,
        chosen, chosen_origin, chosen_length, rejected, rejected_origin, rejected_length)
      VALUES (1, ?, 1, ?, 2, ?, 0, ?, ?, 1, 'chosen', 1, 1, 1, 4, 2, 1, 3)`)
    for (const [i, extra] of extras.entries()) row.run(text.run(`p${i}`).id, 1, 1, 1, extra)
    row.run(text.run('sampled').id, 2, 3, 1, null)
    row.run(text.run('by hand').id, 1, 1, 0, '{"margin":"4"}')
  })
  before.close()
  const store = openStore(file)
  const shown = Array.from({ length: 6 }, (_, i) => store.pairs.show((i + 1) as PairId).numbers)
  expect(shown).toEqual([
    { ...none, margin: 1.5 },
    { ...none, scoreChosen: 5, scoreRejected: 3 },
    null,
    null,
    { ...none, scoreChosen: 1.25, scoreRejected: -1 },
    null,
  ])
  expect(store.pairs.show(2 as PairId).extra.margin).toBe('wide')
  store.close()
})
