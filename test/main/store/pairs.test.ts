import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PairFilter, PairId } from '#contract'
import { everything, fill, memoryStore, pair, unlabelled } from './open.ts'

const filter = (part: Partial<PairFilter>): PairFilter => ({ ...everything, ...part })

test('pages of a list are slices of the whole, in every order', () => {
  const store = memoryStore()
  const texts = Array.from({ length: 40 }, (_, i) =>
    pair('p'.repeat((i * 7) % 13) + i, 'a'.repeat((i * 5) % 11) + i, `b${i}`),
  )
  const set = fill(store, 'set', texts).id
  store.labels.add({ pair: 9 as PairId, verdict: 'b', strength: 1, edited: null, by: 'me' })
  store.labels.add({ pair: 4 as PairId, verdict: 'tie', strength: 1, edited: null, by: 'me' })
  const page = (order: PairFilter['order'], offset: number, limit: number) =>
    store.pairs.list({ set, filter: filter({ order }), offset, limit }).rows
  const gap = (row: { chosenLength: number; rejectedLength: number }) => Math.abs(row.chosenLength - row.rejectedLength)
  for (const order of ['id', 'prompt-length', 'length-gap', 'newest-label'] as const) {
    const whole = page(order, 0, 100)
    expect(whole).toHaveLength(40)
    expect([...page(order, 0, 15), ...page(order, 15, 15), ...page(order, 30, 15)]).toEqual(whole)
    expect(page(order, 40, 15)).toEqual([])
  }
  const ascending = (numbers: number[]) => expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  ascending(page('id', 0, 100).map(({ id }) => id))
  ascending(page('prompt-length', 0, 100).map(({ prompt }) => prompt.length))
  ascending(page('length-gap', 0, 100).map((row) => -gap(row)))
  expect(page('newest-label', 0, 2).map(({ id }) => id)).toEqual([4, 9])
})

test('a list follows labels, imports and removals at once', () => {
  const store = memoryStore()
  const set = unlabelled(store, 3).id
  const total = (label: PairFilter['label']) =>
    store.pairs.list({ set, filter: filter({ label }), offset: 0, limit: 10 }).total
  expect([total(null), total('unlabelled'), total('tie')]).toEqual([3, 3, 0])
  store.labels.add({ pair: 2 as PairId, verdict: 'tie', strength: 1, edited: null, by: 'me' })
  expect([total(null), total('unlabelled'), total('tie')]).toEqual([3, 2, 1])
  store.labels.undo(set, 'me')
  expect([total('unlabelled'), total('tie')]).toEqual([3, 0])
  fill(store, 'set', [pair('new', 'one', 'two', false)])
  expect([total(null), total('unlabelled')]).toEqual([4, 4])
  store.sets.remove(set)
  expect(total(null)).toBe(0)
})

test('search finds words, beginnings, phrases, signs and scripts without spaces', () => {
  const store = memoryStore()
  const set = fill(store, 'set', [
    pair("Sell eggs at the farmers' market", 'eighteen dollars', 'twenty'),
    pair('Où est le café?', 'Là-bas', 'Ici'),
    pair([{ role: 'user', content: '北京の天気は？' }], '晴れです', '雨です'),
    pair('What is 2 + 2 = ?', 'market eggs', 'five'),
  ]).id
  const found = (text: string) =>
    store.pairs.list({ set, filter: filter({ text }), offset: 0, limit: 10 }).rows.map(({ id }) => id)
  expect(found('eggs market')).toEqual([1, 4])
  expect(found('EGGS mark')).toEqual([1, 4])
  expect(found('mark eggs')).toEqual([])
  expect(found('"the farmers"')).toEqual([1])
  expect(found('"market eggs"')).toEqual([4])
  expect(found('twenty')).toEqual([1])
  expect(found('cafe')).toEqual([2])
  expect(found('天気')).toEqual([3])
  expect(found('+ 2 =')).toEqual([4])
  expect(found('=')).toEqual([4])
  expect(found("farmers' market")).toEqual([1])
})

test('no search text is refused', () => {
  const store = memoryStore()
  const set = fill(store, 'set', [pair('one', 'two', 'three')]).id
  const odd = fc.string({
    unit: fc.constantFrom('"', "'", '*', '^', ':', '(', 'NOT', ' ', 'a', '-', '\0', 'é', 'e\u0301', 'न', 'ि', '+'),
  })
  fc.assert(
    fc.property(fc.oneof(odd, fc.string({ unit: 'binary' })), (text) => {
      store.pairs.list({ set, filter: filter({ text }), offset: 0, limit: 5 })
    }),
  )
})

test('rows are cut, details are whole', () => {
  const store = memoryStore()
  const long = 'word '.repeat(1000).trim()
  const prompt = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ]
  const set = fill(store, 'set', [
    {
      ...pair(prompt, long, 'short'),
      a: { text: long, origin: { kind: 'model', writer: 'm1', sampling: { temperature: 0.7 } } },
      extra: { answer: '18', __proto__own: 'x' },
    },
  ]).id
  const [row] = store.pairs.list({ set, filter: everything, offset: 0, limit: 1 }).rows
  expect(row).toMatchObject({ chosenLength: long.length, rejectedLength: 5, chosenBy: 'm1', rejectedBy: null })
  expect(row?.chosen.length).toBe(301)
  expect(row?.prompt).toBe('Be brief.\n\nHello')
  expect(store.pairs.show(row?.id as PairId)).toMatchObject({
    ...{ set, prompt, label: 'chosen', extra: { answer: '18', __proto__own: 'x' } },
    a: { text: long, origin: { kind: 'model', writer: 'm1', sampling: { temperature: 0.7 } } },
  })
  expect(() => store.pairs.show(99 as PairId)).toThrow('pair 99: There is no such pair.')
})

test('which response is shown left is a coin: even, and the same for the same pair everywhere', () => {
  const sides = () => {
    const store = memoryStore()
    unlabelled(store, 400)
    return Array.from({ length: 400 }, (_, i) => store.pairs.show((i + 1) as PairId).bFirst)
  }
  const first = sides()
  expect(first).toEqual(sides())
  const share = first.filter(Boolean).length / first.length
  expect(share).toBeGreaterThan(0.4)
  expect(share).toBeLessThan(0.6)
})

test('the chosen ones come one by one, beyond a page, while the store is written', () => {
  const store = memoryStore()
  const pairs = Array.from({ length: 1203 }, (_, i) => pair(`p${i}`, `a${i}`, `b${i}`, i % 2 === 0))
  const set = fill(store, 'set', pairs).id
  const seen: string[] = []
  for (const { chosen } of store.pairs.chosen(set)) {
    store.preferences.put('seen', chosen)
    seen.push(chosen)
  }
  expect(seen).toEqual(pairs.filter(({ given }) => given).map(({ a }) => a.text))
})
