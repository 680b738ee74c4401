// Sets of answers alone: stored, marked, listed, frozen, and never mixed with pairs.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LabelState, PairId, SetId, Verdict } from '#contract'
import { answerAsPair, type NewAnswer, type Store } from '../../../src/main/store/index.ts'
import { everything, fill, memoryStore, pair } from './open.ts'

const origin = { kind: 'model' as const, writer: 'starter', sampling: null }
const answer = (prompt: string, text: string, mark: NewAnswer['mark']): NewAnswer => ({
  ...{ prompt, mark, extra: {} },
  answer: { text, origin },
})

function imported(store: Store, name: string, answers: NewAnswer[]) {
  const filling = store.pairs.import(name, { holds: 'answers' })
  filling.add(answers.map(answerAsPair))
  return filling.finish()
}

const three = [answer('p1', 'yes', 'good'), answer('p1', 'no', 'bad'), answer('p2', 'perhaps', null)]
const rowsOf = (store: Store, set: SetId, label: LabelState | null = null) =>
  store.pairs.list({ set, filter: { ...everything, label }, offset: 0, limit: 9 }).rows

test('an answer is told as one, good or bad, wherever it is stored', () => {
  const store = memoryStore()
  const { set, imported: count, duplicates } = imported(store, 'thumbs', [...three, three[0]!])
  expect([count, duplicates]).toEqual([3, 1])
  expect(set).toMatchObject({ pairs: 3, chosen: 2, unlabelled: 1, answers: { good: 1, bad: 1 } })
  const told = { rejected: '', rejectedBy: null, rejectedLength: 0, chosenBy: 'starter' }
  expect(rowsOf(store, set.id)).toMatchObject([
    { chosen: 'yes', label: 'good', chosenLength: 3, ...told },
    { chosen: 'no', label: 'bad', chosenLength: 2, ...told },
    { chosen: 'perhaps', label: 'unlabelled', ...told },
  ])
  const found = (label: LabelState) => rowsOf(store, set.id, label).map(({ chosen }) => chosen)
  expect([found('good'), found('bad'), found('unlabelled')]).toEqual([['yes'], ['no'], ['perhaps']])
  const bad = store.pairs.show(rowsOf(store, set.id)[1]!.id)
  expect(bad).toMatchObject({
    alone: true,
    label: 'bad',
    chosen: { text: 'no', origin },
    a: { text: 'no' },
    b: { text: '' },
  })
  // The same words from another who liked them are another answer.
  expect(imported(store, 'thumbs', [answer('p1', 'no', 'good')]).imported).toBe(1)
  expect([...store.pairs.chosen(set.id)].map(({ chosen, rejected, mark }) => [chosen, rejected, mark])).toEqual([
    ...[
      ['yes', '', 'good'],
      ['no', '', 'bad'],
      ['no', '', 'good'],
    ],
  ])
  // A bad answer is no answer to expect.
  expect(store.pairs.prompts(set.id)).toEqual([
    { prompt: 'p1', expected: 'yes' },
    { prompt: 'p2', expected: null },
  ])
})

test('marks are a log like other labels: what stands is the newest that is not taken back', () => {
  const verdict = fc.constantFrom<Verdict>('good', 'bad', 'skip')
  const step = fc.oneof(fc.record({ at: fc.nat(2), verdict }), fc.constant('undo' as const))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const store = memoryStore()
      const { set } = imported(store, 'thumbs', three)
      const ids = rowsOf(store, set.id).map(({ id }) => id)
      const said: { at: number; verdict: Verdict }[] = []
      for (const one of steps) {
        if (one === 'undo') {
          store.labels.undo(set.id, 'me')
          said.pop()
        } else {
          store.labels.add({ pair: ids[one.at]!, verdict: one.verdict, strength: 1, edited: null, by: 'me' })
          said.push(one)
        }
      }
      const before: LabelState[] = ['good', 'bad', 'unlabelled']
      const wanted = before.map((label, at) => {
        const last = said.findLast((one) => one.at === at)?.verdict
        return last === undefined ? label : last === 'skip' ? 'skipped' : last
      })
      expect(rowsOf(store, set.id).map(({ label }) => label)).toEqual(wanted)
      expect(rowsOf(store, set.id).map(({ chosen }) => chosen)).toEqual(['yes', 'no', 'perhaps'])
      ids.forEach((id, at) =>
        expect(
          store.pairs
            .show(id)
            .history.filter(({ undone }) => !undone)
            .map((event) => event.verdict),
        ).toEqual(said.filter((one) => one.at === at).map((one) => one.verdict)),
      )
      const count = (label: LabelState) => wanted.filter((one) => one === label).length
      expect(store.sets.show(set.id).answers).toEqual({ good: count('good'), bad: count('bad') })
    }),
    { numRuns: 60 },
  )
})

test('a verdict of the other kind is refused, and so is an edit', () => {
  const store = memoryStore()
  const { set } = imported(store, 'thumbs', three)
  const { id: pairs } = fill(store, 'pairs', [pair('p', 'a', 'b')])
  const [alone, paired] = [rowsOf(store, set.id)[0]!.id, rowsOf(store, pairs)[0]!.id]
  const add =
    (id: PairId, verdict: Verdict, edited: string | null = null) =>
    () =>
      store.labels.add({ pair: id, verdict, strength: 1, edited, by: 'me' })
  expect(add(alone, 'tie')).toThrow(
    `pair ${alone}: tie is no verdict on an answer alone. Call it good or bad, or skip it.`,
  )
  expect(add(alone, 'a')).toThrow('a is no verdict on an answer alone')
  expect(add(alone, 'good', 'better')).toThrow('An answer alone is not edited')
  expect(add(paired, 'good')).toThrow('Of two answers none can be called good alone')
  expect(store.pairs.show(alone).history).toEqual([])
})

test('a frozen version has the marks, its own hash, and outlives the set', () => {
  const store = memoryStore()
  const { set } = imported(store, 'thumbs', three)
  const frozen = store.sets.freeze(set.id)
  expect(frozen.pairs).toEqual([
    { id: 1, prompt: 'p1', chosen: 'yes', rejected: '', mark: 'good' },
    { id: 2, prompt: 'p1', chosen: 'no', rejected: '', mark: 'bad' },
  ])
  store.labels.add({ pair: 2 as PairId, verdict: 'good', strength: 1, edited: null, by: 'me' })
  const later = store.sets.freeze(set.id)
  expect(later.pairs[1]).toMatchObject({ chosen: 'no', mark: 'good' })
  expect(later.hash).not.toBe(frozen.hash)
  // Pairs of the same texts are something else.
  const pairs = fill(store, 'pairs', [pair('p1', 'yes', ''), pair('p1', '', 'no')])
  expect(pairs.answers).toBe(null)
  expect(store.sets.freeze(pairs.id).hash).not.toBe(frozen.hash)
  expect(store.sets.freeze(pairs.id).pairs[0]).not.toHaveProperty('mark')
  const run = { id: 1 as never, name: 'starter' }
  store.runs.create({
    ...{
      name: 'r',
      method: 'kto',
      model: run,
      set: { id: set.id, name: 'thumbs', pairs: 2 },
      setVersion: frozen.versionId,
    },
    ...{ settings: {}, seed: 0, steps: 1, parent: null, parentStep: null, provenance: null },
  })
  store.sets.remove(set.id)
  expect(store.sets.frozen(frozen.versionId)).toEqual(frozen)
  expect(store.runs.list()[0]!.alone).toBe(true)
})

test('a set holds one kind; an empty one takes either', () => {
  const store = memoryStore()
  imported(store, 'thumbs', three)
  fill(store, 'pairs', [pair('p', 'a', 'b')])
  expect(() => imported(store, 'pairs', three)).toThrow(
    'set pairs: This set holds pairs, and these are answers alone, each good or bad. Give another set, or the name of a new one.',
  )
  expect(() => fill(store, 'thumbs', [pair('p', 'a', 'b')])).toThrow('This set holds answers alone')
  store.sets.create('empty')
  expect(imported(store, 'empty', three).set.answers).toEqual({ good: 1, bad: 1 })
  // One that was made meanwhile is seen at the end, and nothing is stored.
  const late = store.pairs.import('late', { holds: 'answers' })
  late.add(three.map(answerAsPair))
  fill(store, 'late', [pair('p', 'a', 'b')])
  expect(() => late.finish()).toThrow('This set holds pairs')
  late.discard()
  expect(store.sets.byName('late')).toMatchObject({ pairs: 1, answers: null })
})
