// Evaluations in the store: created, finished whole, ended, forgotten; their frozen pairs and answers outlive the set.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EvaluationOptions, type ItemResult } from '#contract'
import { openStore, type NewEvaluation, type Store } from '../../../src/main/store/index.ts'
import { fill, folder, memoryStore, pair } from './open.ts'

const side = (logp: number) => ({ logp, tokens: 3, reference: null })
const answer = (text: string) => ({
  ...{ text, tokens: 2, ended: true, score: 1, why: 'the number is right' },
  verdict: 'pass' as const,
})
const items: (ItemResult & { position: number })[] = [
  {
    position: 0,
    likelihood: { chosen: { ...side(-1), reference: -2 }, rejected: { ...side(-3), reference: -2.5 } },
    ...{ answers: [answer('four'), answer('4')], preferred: 1, answered: 1 },
  },
  { position: 2, likelihood: null, answers: [], preferred: null, answered: null },
]
const figures = { pairs: null, answers: null }
const machine = { backend: 'native graph', device: 'a processor', precision: 'float32' }
const leftOut = { pairs: 1, prompts: 0 }

function started(store: Store, change: Partial<NewEvaluation> = {}) {
  const set =
    store.sets.byName('sums') ??
    fill(
      store,
      'sums',
      ['a', 'b', 'c'].map((p) => pair(p, `${p}+`, `${p}-`)),
    )
  return store.evaluations.create({
    label: 'starter',
    policy: { model: 'starter', run: null, step: null, modelHash: 'm', tokenizerHash: 't', templateHash: 'c' },
    options: EvaluationOptions.parse({ limit: 2 }),
    ...{ setName: set.name, setVersion: store.sets.freeze(set.id).versionId, pairs: 2 },
    ...change,
  })
}

test('an evaluation is running, tells what it does, and is finished with all its items', () => {
  const store = memoryStore()
  const { id, ...first } = started(store)
  expect(first).toMatchObject({
    ...{ status: 'running', label: 'starter', reason: null, endedAt: null, machine: null, figures: null, doing: null },
    ...{ set: { name: 'sums', pairs: 2 }, options: { limit: 2, answers: 1, likelihoods: true, checker: null } },
  })
  expect(first.set.versionHash).toMatch(/^[0-9a-f]{64}$/)
  const job = 3 as NonNullable<typeof first.job>
  expect(store.evaluations.tell(id, { doing: 'scoring pairs', progress: 0.5, job })).toMatchObject({
    ...{ doing: 'scoring pairs', progress: 0.5, job: 3 },
  })
  expect(store.evaluations.finish(id, { items, figures, machine, leftOut })).toMatchObject({
    ...{ status: 'finished', figures, machine, leftOut, doing: null, progress: null, job: null },
  })
  expect(store.evaluations.result(id, 0)).toEqual({ ...items[0], position: undefined })
  expect(store.evaluations.result(id, 1)).toBeNull()
  expect(store.evaluations.outcomes(id)).toEqual([
    {
      ...{ ...items[0], position: 0 },
      answers: [1, 2].map(() => ({ tokens: 2, ended: true, verdict: 'pass', score: 1 })),
    },
    items[1],
  ])
})

test('a log-probability that is no number comes back as a pair that was not scored', () => {
  const store = memoryStore()
  const { id } = started(store)
  const broken = { ...items[0]!, likelihood: { chosen: side(NaN), rejected: side(-1) }, preferred: null }
  store.evaluations.finish(id, { items: [broken], figures, machine, leftOut })
  expect(store.evaluations.result(id, 0)).toMatchObject({ likelihood: null, preferred: null })
})

test('half of its items is none: a store that refuses one keeps no other', () => {
  const store = memoryStore()
  const { id } = started(store)
  const twice = [items[0]!, items[0]!]
  expect(() => store.evaluations.finish(id, { items: twice, figures, machine, leftOut })).toThrow(/UNIQUE/)
  expect(store.evaluations.outcomes(id)).toEqual([])
  expect(store.evaluations.show(id).status).toBe('running')
})

test('one that came to nothing says why; one that was going on when the store was closed has failed', () => {
  const file = join(folder(), 'store.sqlite')
  const store = openStore(file)
  const [going, cancelled] = [started(store), started(store)]
  expect(store.evaluations.end(cancelled.id, 'cancelled', null)).toMatchObject({ status: 'cancelled', reason: null })
  store.close()
  const again = openStore(file)
  expect(again.evaluations.show(going.id)).toMatchObject({
    ...{ status: 'failed', reason: 'Attune was closed or died while it ran.' },
  })
  expect(again.evaluations.list().map(({ status }) => status)).toEqual(['failed', 'cancelled'])
  again.close()
})

test('its pairs and answers outlive the set, and go with it', () => {
  const store = memoryStore()
  const { id } = started(store)
  store.evaluations.finish(id, { items, figures, machine, leftOut })
  const version = store.evaluations.setVersion(id)
  store.sets.remove(store.sets.byName('sums')!.id)
  expect(store.sets.frozenPair(version, 2)).toMatchObject({ prompt: 'c', chosen: 'c+', rejected: 'c-' })
  expect(store.sets.frozenPair(version, 3)).toBeNull()
  expect(store.evaluations.result(id, 0)?.answers.map(({ text }) => text)).toEqual(['four', '4'])
  expect(store.evaluations.remove(id)).toBe(true)
  expect(store.evaluations.remove(id)).toBe(false)
  expect(() => store.evaluations.show(id)).toThrow(/There is no such evaluation/)
  store.sets.remove(fill(store, 'other', [pair('x', 'y', 'z')]).id)
  expect(store.sets.frozenPair(version, 2)).toBeNull()
})
