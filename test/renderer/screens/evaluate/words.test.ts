import { expect, test } from 'vitest'
import { EvaluationOptions, type Evaluation, type ItemResult } from '#contract'
import { comparableWith, leftOutText, optionsText } from '../../../../src/renderer/screens/evaluate/evaluation-words.ts'
import { givenWord, marginText, showOptions } from '../../../../src/renderer/screens/evaluate/item-words.ts'

const evaluation = (id: number, change: Partial<Evaluation> = {}) =>
  ({
    ...{ id, label: `policy ${id}`, status: 'finished', leftOut: { pairs: 0, prompts: 0 } },
    set: { name: 'sums', versionHash: 'v', pairs: 40, alone: false },
    options: EvaluationOptions.parse({}),
    ...change,
  }) as Evaluation
const checked = (change: object) => EvaluationOptions.parse({ checker: { name: 'length' }, ...change })

test('what was measured, in a line', () => {
  expect(optionsText(evaluation(1), null)).toBe('40 pairs of sums')
  const alone = { set: { name: 'thumbs', versionHash: 'v', pairs: 1, alone: true } }
  expect(optionsText(evaluation(1, alone), null)).toBe('1 answer of thumbs')
  expect(optionsText(evaluation(1, { options: checked({}) }), 'First')).toBe(
    '40 pairs of sums, held out of First; length, greedy, at most 128 tokens',
  )
  expect(optionsText(evaluation(1, { options: checked({ answers: 4, temperature: 0.7 }) }), null)).toContain(
    '4 answers at temperature 0.7',
  )
})

test('what did not fit', () => {
  expect(leftOutText(evaluation(1))).toBeNull()
  expect(leftOutText(evaluation(1, { leftOut: { pairs: 1, prompts: 2 } }))).toBe(
    'policy 1: 1 pair does not fit the model; 2 prompts leave no room for an answer.',
  )
})

test('only finished ones of the same pairs and options are offered beside one', () => {
  const all = [
    evaluation(1),
    evaluation(2),
    evaluation(3, { status: 'failed' }),
    evaluation(4, { set: { name: 'sums', versionHash: 'w', pairs: 40, alone: false } }),
    evaluation(5, { options: checked({}) }),
  ]
  expect(comparableWith(all[0]!, all).map(({ id }) => id)).toEqual([2])
})

test('which items can be shown', () => {
  const one = showOptions(evaluation(1), null, 'answers', null)
  expect(one.map(({ label }) => label)).toEqual(['All', 'Right', 'Wrong'])
  const shares = { both: 1, onlyA: 2, onlyB: 3, neither: 4, p: 1, difference: { mean: 0, low: 0, high: 0, of: 10 } }
  const comparison = { pairs: null, answers: shares, scores: null, incomparable: null }
  const two = showOptions(evaluation(1), evaluation(2, { label: 'a run with a long name' }), 'answers', comparison)
  expect(two.map(({ label, count }) => `${label} ${count ?? ''}`)).toEqual([
    ...['All ', 'Only policy 1 right 2', 'Only a run with a lo… right 3', 'Both right 1', 'Both wrong 4'],
  ])
  expect(showOptions(evaluation(1), evaluation(2), 'pairs', comparison)[1]!.count).toBeUndefined()
})

test('a margin, and where it came from', () => {
  const side = (logp: number, reference: number | null) => ({ logp, tokens: 2, reference })
  const result = (chosen: ReturnType<typeof side>, rejected: ReturnType<typeof side>) =>
    ({ likelihood: { chosen, rejected }, answers: [], preferred: 1, answered: null }) as ItemResult
  expect(marginText(result(side(-1, null), side(-3, null)))).toBe('Margin 2.000 nats')
  expect(marginText(result(side(-1, -2), side(-3, -1)))).toBe('Margin 2.000 nats, from −1.000')
  expect(marginText({ likelihood: null, answers: [], preferred: null, answered: null })).toBeNull()
})

test('an answer alone is called by its mark, never chosen', () => {
  expect([{}, { mark: 'good' as const }, { mark: 'bad' as const }].map(givenWord)).toEqual(['Chosen', 'Good', 'Bad'])
})
