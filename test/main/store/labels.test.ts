import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProblemError, type LabelState, type PairId, type Verdict } from '#contract'
import { everything, fill, memoryStore, pair, unlabelled } from './open.ts'

type Said = { pair: number; verdict: Verdict; strength: 1 | 2; edited: string | null; by: string }
type Action = { kind: 'label'; said: Said } | { kind: 'undo' | 'redo'; by: string }

const person = fc.constantFrom('ann', 'bob')
const said: fc.Arbitrary<Said> = fc
  .record({
    pair: fc.nat(3),
    verdict: fc.constantFrom<Verdict>('a', 'b', 'tie', 'both-bad', 'skip'),
    strength: fc.constantFrom<1 | 2>(1, 2),
    edited: fc.option(fc.constantFrom('better', 'best'), { nil: null, freq: 3 }),
    by: person,
  })
  .map((label) => (label.verdict === 'a' || label.verdict === 'b' ? label : { ...label, edited: null }))
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: said.map((label) => ({ kind: 'label' as const, said: label })) },
  { weight: 2, arbitrary: person.map((by) => ({ kind: 'undo' as const, by })) },
  { weight: 1, arbitrary: person.map((by) => ({ kind: 'redo' as const, by })) },
)

/** The same thing in a few lines: one list of what was said, a stack of what each person took back. */
function expectation(actions: readonly Action[]) {
  const log: (Said & { undone: boolean })[] = []
  const taken = new Map<string, (Said & { undone: boolean })[]>()
  for (const step of actions) {
    if (step.kind === 'label') {
      log.push({ ...step.said, undone: false })
      taken.set(step.said.by, [])
    } else if (step.kind === 'undo') {
      const label = log.findLast(({ by, undone }) => by === step.by && !undone)
      if (!label) continue
      label.undone = true
      taken.set(step.by, [...(taken.get(step.by) ?? []), label])
    } else {
      const label = taken.get(step.by)?.pop()
      if (label) label.undone = false
    }
  }
  const states: Partial<Record<Verdict, LabelState>> = {
    ...{ a: 'chosen', b: 'chosen', tie: 'tie' },
    ...{ 'both-bad': 'both-bad', skip: 'skipped' },
  }
  return [0, 1, 2, 3].map((index) => {
    const own = log.filter((label) => label.pair === index)
    const stands = own.findLast(({ undone }) => !undone)
    const [a, b] = [`answer a of ${index}`, `answer b of ${index}`]
    const named = stands?.verdict === 'b' ? b : a
    return {
      label: stands ? states[stands.verdict] : 'unlabelled',
      strength: stands?.strength ?? 1,
      chosen: stands?.edited ?? named,
      rejected: stands?.edited ? named : named === a ? b : a,
      history: own.map(({ verdict, edited, by, undone }) => ({ verdict, edited, by, undone })),
    }
  })
}

test('the state of each pair is the fold of its events, whatever was said and taken back', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const store = memoryStore()
      const set = unlabelled(store, 4)
      const ids = store.pairs.list({ set: set.id, filter: everything, offset: 0, limit: 10 }).rows.map(({ id }) => id)
      for (const step of actions) {
        if (step.kind === 'label') store.labels.add({ ...step.said, pair: ids[step.said.pair] as PairId })
        else store.labels[step.kind](set.id, step.by)
      }
      const expected = expectation(actions)
      const details = ids.map((id) => store.pairs.show(id))
      expect(
        details.map(({ label, strength, chosen, rejected, history }) => ({
          ...{ label, strength, chosen: chosen.text, rejected: rejected.text },
          history: history.map(({ verdict, edited, by, undone }) => ({ verdict, edited, by, undone })),
        })),
      ).toEqual(expected)
      // The list and the counts read the derived columns.
      const { rows } = store.pairs.list({ set: set.id, filter: everything, offset: 0, limit: 10 })
      expect(rows.map(({ label, chosen, rejectedLength }) => ({ label, chosen, rejectedLength }))).toEqual(
        expected.map(({ label, chosen, rejected }) => ({ label, chosen, rejectedLength: rejected.length })),
      )
      const count = (label: LabelState) => expected.filter((one) => one.label === label).length
      expect(store.sets.show(set.id)).toMatchObject({
        ...{ pairs: 4, chosen: count('chosen'), unlabelled: count('unlabelled') },
        ...{ ties: count('tie'), bothBad: count('both-bad'), skipped: count('skipped') },
      })
    }),
    { numRuns: 60 },
  )
})

test('a pair whose file names the chosen one falls back to that', () => {
  const store = memoryStore()
  const set = fill(store, 'set', [pair('p', 'right', 'wrong')])
  const [id] = store.pairs.list({ set: set.id, filter: everything, offset: 0, limit: 1 }).rows.map((row) => row.id)
  store.labels.add({ pair: id as PairId, verdict: 'b', strength: 2, edited: null, by: 'me' })
  expect(store.pairs.show(id as PairId)).toMatchObject({ label: 'chosen', strength: 2, chosen: { text: 'wrong' } })
  expect(store.labels.undo(set.id, 'me')).toBe(id)
  expect(store.pairs.show(id as PairId)).toMatchObject({ label: 'chosen', strength: 1, chosen: { text: 'right' } })
  expect(store.labels.undo(set.id, 'me')).toBe(null)
})

test('an edit is written by the person who made it, and takes the place of chosen', () => {
  const store = memoryStore()
  const set = unlabelled(store, 1)
  const id = store.labels.next(set.id, 'unlabelled', null) as PairId
  store.labels.add({ pair: id, verdict: 'b', strength: 1, edited: 'mended', by: 'ann' })
  const { chosen, rejected, a, b } = store.pairs.show(id)
  expect(chosen).toEqual({ text: 'mended', origin: { kind: 'edit', writer: 'ann', sampling: null } })
  expect(rejected).toEqual(b)
  expect(a.text).toBe('answer a of 0')
})

test('an edit that edits nothing is refused and leaves no trace', () => {
  const store = memoryStore()
  const set = unlabelled(store, 1)
  const id = store.labels.next(set.id, 'unlabelled', null) as PairId
  const add = (verdict: Verdict, edited: string) => () =>
    store.labels.add({ pair: id, verdict, strength: 1, edited, by: 'me' })
  expect(add('tie', 'x')).toThrow(/verdict of tie cannot carry an edit/)
  expect(add('a', ' \n')).toThrow(/edit is empty/)
  expect(add('a', 'answer a of 0')).toThrow(/says the same/)
  expect(() => store.labels.add({ pair: 99 as PairId, verdict: 'a', strength: 1, edited: null, by: 'me' })).toThrow(
    ProblemError,
  )
  expect(store.pairs.show(id)).toMatchObject({ label: 'unlabelled', history: [] })
})

test('the queue goes on after a pair, by label or over all, and ends', () => {
  const store = memoryStore()
  const set = unlabelled(store, 4)
  const ids = store.pairs.list({ set: set.id, filter: everything, offset: 0, limit: 9 }).rows.map(({ id }) => id)
  const [first, second, third, fourth] = ids as [PairId, PairId, PairId, PairId]
  store.labels.add({ pair: second, verdict: 'skip', strength: 1, edited: null, by: 'me' })
  store.labels.add({ pair: third, verdict: 'tie', strength: 1, edited: null, by: 'me' })
  expect(store.labels.next(set.id, 'unlabelled', null)).toBe(first)
  expect(store.labels.next(set.id, 'unlabelled', first)).toBe(fourth)
  expect(store.labels.next(set.id, 'unlabelled', fourth)).toBe(null)
  expect(store.labels.next(set.id, 'skipped', null)).toBe(second)
  expect(store.labels.next(set.id, 'all', first)).toBe(second)
  expect(store.labels.next(set.id, 'all', third)).toBe(fourth)
})
