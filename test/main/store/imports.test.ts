import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../../src/main/store/index.ts'
import { everything, fill, folder, memoryStore, pair } from './open.ts'

test('nobody sees an import before its end, then all of it at once', () => {
  const store = memoryStore()
  const filling = store.pairs.import('set')
  filling.add([pair('p1', 'a', 'b'), pair('p2', 'a', 'b')])
  expect(store.sets.list()).toEqual([])
  store.preferences.put('others', 'are saved meanwhile')
  filling.add([pair('p3', 'a', 'b', false)])
  expect(filling.finish()).toMatchObject({
    ...{ imported: 3, duplicates: 0 },
    set: { name: 'set', pairs: 3, chosen: 2, unlabelled: 1, sample: false },
  })
})

test('a discarded import leaves nothing, and what others saved meanwhile stays', () => {
  const store = memoryStore()
  const filling = store.pairs.import('set')
  filling.add([pair('p1', 'a', 'b')])
  store.preferences.put('kept', 'yes')
  filling.discard()
  expect(store.sets.list()).toEqual([])
  expect(store.preferences.get('kept')).toBe('yes')
  expect(fill(store, 'set', [pair('p1', 'a', 'b')]).pairs).toBe(1)
})

test('duplicates are counted, not stored: within the file, against the set, not across sets', () => {
  const store = memoryStore()
  const rows = [pair('p1', 'a', 'b'), pair('p1', 'a', 'b'), pair('p1', 'b', 'a'), pair('p2', 'a', 'b')]
  const first = store.pairs.import('one')
  first.add(rows)
  expect(first.finish()).toMatchObject({ imported: 3, duplicates: 1 })
  const again = store.pairs.import('one')
  again.add([...rows, pair('p3', 'a', 'b')])
  expect(again.finish()).toMatchObject({ imported: 1, duplicates: 4, set: { pairs: 4 } })
  const other = store.pairs.import('two')
  other.add(rows)
  expect(other.finish()).toMatchObject({ imported: 3, set: { name: 'two', pairs: 3 } })
})

test('two imports into one new set do not lose or double a pair', () => {
  const store = memoryStore()
  const [one, two] = [store.pairs.import('set'), store.pairs.import('set')]
  one.add([pair('p1', 'a', 'b'), pair('p2', 'a', 'b')])
  two.add([pair('p2', 'a', 'b'), pair('p3', 'a', 'b')])
  expect(one.finish()).toMatchObject({ imported: 2, duplicates: 0 })
  expect(two.finish()).toMatchObject({ imported: 1, duplicates: 1, set: { pairs: 3 } })
  expect(store.sets.list()).toHaveLength(1)
  const found = (text: string) =>
    store.pairs.list({ set: 1 as never, filter: { ...everything, text }, offset: 0, limit: 9 }).total
  expect([found('p1'), found('p2'), found('p3')]).toEqual([1, 1, 1])
})

test('an import that died is swept away at the next opening', () => {
  const file = join(folder(), 'store.sqlite')
  const before = openStore(file)
  before.pairs.import('set').add([pair('p1', 'a', 'b')])
  before.close()
  const after = openStore(file)
  expect(after.sets.list()).toEqual([])
  expect(fill(after, 'set', [pair('p1', 'a', 'b')]).pairs).toBe(1)
  after.close()
})
