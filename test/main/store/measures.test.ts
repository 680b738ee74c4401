import { expect, test } from 'vitest'
import { measureOf, MeasureName, type PairFilter, type PairId, type PairMeasures, type SetId } from '#contract'
import { everything, fill, memoryStore, pair } from './open.ts'

const key = { modelHash: 'm', tokenizerHash: 't', templateHash: 'c' }
const other = { ...key, modelHash: 'n' }

/** Measures that differ in every number, so that an order by one is not that by another. */
const measured = (i: number): PairMeasures => ({
  ches: (i * 7) % 5,
  chesNormalised: ((i * 3) % 7) - 3,
  overlap: ((i * 2) % 5) / 5,
  editDistance: ((i * 4) % 7) / 7,
  chosen: { logp: -1 - ((i * 5) % 11), tokens: 2 + (i % 3) },
  rejected: { logp: -1 - ((i * 9) % 13), tokens: 1 + (i % 4) },
})
const texts = (i: number) => ({ prompt: `p${i}`, chosen: `a${i}`, rejected: `b${i}` })
const pairs = (count: number) => Array.from({ length: count }, (_, i) => pair(`p${i}`, `a${i}`, `b${i}`))

function filled(count = 6) {
  const store = memoryStore()
  const set = fill(store, 'set', [...pairs(count), pair('open', 'x', 'y', false)]).id
  const put = (numbers: readonly number[]) =>
    store.measures.put(
      key,
      numbers.map((i) => ({ ...texts(i), measures: measured(i) })),
    )
  const list = (part: Partial<PairFilter>, measuredBy = key) =>
    store.pairs.list({ set, filter: { ...everything, model: 'm', ...part }, offset: 0, limit: 100, measuredBy }).rows
  return { store, set, put, list }
}

test('what is measured is found again by content, under the model alone, in whatever set', () => {
  const { store, set, put, list } = filled()
  expect(list({}).map(({ measures }) => measures)).toEqual(Array(7).fill(null))
  put([0, 2])
  expect(list({})[0]?.measures).toEqual(measured(0))
  expect(list({})[1]?.measures).toBe(null)
  expect(list({}, other).map(({ measures }) => measures)).toEqual(Array(7).fill(null))
  expect([...store.measures.missing(key, set)]).toEqual([1, 3, 4, 5].map((i) => ({ id: i + 1, ...texts(i) })))
  expect([...store.measures.missing(other, set)]).toHaveLength(6)
  const again = fill(store, 'again', [pair('p2', 'a2', 'b2'), pair('p2', 'b2', 'a2')]).id
  expect(store.measures.state(key, again)).toEqual({ pairs: 2, measured: 1, refused: 0, firstRefusal: null })
  store.sets.remove(set)
  expect([...store.measures.missing(key, fill(store, 'set', pairs(3)).id)].map(({ prompt }) => prompt)).toEqual(['p1'])
})

test('a pair whose label turns is another pair, and one without a choice has no measures', () => {
  const { store, put, list, set } = filled(2)
  put([0, 1])
  const first = list({})[0]!.id
  store.labels.add({ pair: first, verdict: 'b', strength: 1, edited: null, by: 'me' })
  expect(list({})[0]).toMatchObject({ chosen: 'b0', measures: null })
  expect([...store.measures.missing(key, set)].map(({ chosen }) => chosen)).toEqual(['b0'])
  store.labels.add({ pair: first, verdict: 'tie', strength: 1, edited: null, by: 'me' })
  expect(list({})[0]).toMatchObject({ measures: null })
  expect(store.measures.state(key, set)).toMatchObject({ pairs: 1, measured: 1 })
  store.labels.undo(set, 'me')
  store.labels.undo(set, 'me')
  expect(list({ order: 'ches' })[0]?.measures).not.toBe(null)
})

test('a pair that could not be measured keeps why, is not asked for again and comes last', () => {
  const { store, put, list, set } = filled(3)
  put([1])
  store.measures.put(key, [{ ...texts(0), refused: 'too long' }])
  expect(store.measures.state(key, set)).toEqual({ pairs: 3, measured: 1, refused: 1, firstRefusal: 'too long' })
  expect([...store.measures.missing(key, set)].map(({ id }) => id)).toEqual([3])
  expect(list({ order: 'ches', direction: 'up' }).map(({ id }) => id)).toEqual([2, 1, 3, 4])
})

test.each(MeasureName.options)('lists and ends by %s go both ways, those not measured last', (order) => {
  const { store, put, list, set } = filled()
  put([0, 1, 2, 3, 4])
  for (const direction of ['down', 'up'] as const) {
    const sign = direction === 'down' ? -1 : 1
    const wanted = [0, 1, 2, 3, 4].toSorted(
      (a, b) => sign * (measureOf(measured(a), order) - measureOf(measured(b), order)) || a - b,
    )
    expect(list({ order, direction }).map(({ id }) => id)).toEqual([...wanted.map((i) => i + 1), 6, 7])
    const end = direction === 'down' ? 'highest' : 'lowest'
    const cut = store.measures.end(key, set, { by: order, end }, 3)
    expect(cut.map(({ id }) => id)).toEqual(wanted.slice(0, 3).map((i) => i + 1))
    cut.forEach(({ value }, i) => expect(value).toBeCloseTo(measureOf(measured(wanted[i]!), order), 12))
  }
})

test('a list that is ordered by a measure follows what is measured and what is labelled', () => {
  const { store, put, list } = filled(3)
  const ids = () => list({ order: 'ches' }).map(({ id }) => id)
  put([0])
  expect(ids()).toEqual([1, 2, 3, 4])
  put([1, 2])
  // 0, 2, 4.
  expect(ids()).toEqual([3, 2, 1, 4])
  store.labels.add({ pair: 3 as PairId, verdict: 'tie', strength: 1, edited: null, by: 'me' })
  expect(ids()).toEqual([2, 1, 3, 4])
})

test('the order by a measure of 4,000 pairs is found in a moment', () => {
  const { store, set } = filled(0)
  const many = Array.from({ length: 4000 }, (_, i) => i)
  fill(store, 'many', pairs(many.length))
  store.measures.put(
    key,
    many.map((i) => ({ ...texts(i), measures: { ...measured(i), ches: (i * 7919) % 4001 } })),
  )
  const began = performance.now()
  const page = store.pairs.list({
    ...{ set: (set + 1) as SetId, offset: 0, limit: 3, measuredBy: key },
    filter: { ...everything, order: 'ches', model: 'm' },
  })
  expect(page.total).toBe(4000)
  expect(page.rows[0]!.measures!.ches).toBeGreaterThanOrEqual(page.rows[1]!.measures!.ches)
  expect(performance.now() - began).toBeLessThan(1000)
})

test('a frozen set keeps what it is without, under a hash of its own', () => {
  const { store, set } = filled(4)
  const whole = store.sets.freeze(set)
  const less = store.sets.freeze(set, { leaveOut: new Set([2, 3]) })
  expect(less.pairs.map(({ id }) => id)).toEqual([1, 4])
  expect(store.sets.leftOut(less.versionId)).toEqual([2, 3])
  expect(store.sets.leftOut(whole.versionId)).toEqual([])
  expect(store.sets.frozenPair(less.versionId, 1)?.id).toBe(4)
  expect([1, 2, 4, 9].map((id) => store.sets.frozenPairOf(less.versionId, id as PairId)?.id)).toEqual([
    1,
    undefined,
    4,
    undefined,
  ])
  const others = store.sets.freeze(set, { leaveOut: new Set([2, 1]) })
  expect(new Set([whole.hash, less.hash, others.hash]).size).toBe(3)
  expect(store.sets.freeze(set, { leaveOut: new Set([2, 3]) }).versionId).toBe(less.versionId)
  expect(store.sets.freeze(set).versionId).toBe(whole.versionId)
})
