// The form of Sample pairs as it is read out of an address: what it asks for, and which field is wrong.
import { expect, test } from 'vitest'
import { PairSampling, type CheckerListing } from '#contract'
import { draftOf, mostPairs, requestOf, type Choices } from '../../../../src/renderer/screens/pairs/sampling-draft.ts'

const arithmetic: CheckerListing = {
  name: 'arithmetic',
  label: 'Arithmetic',
  meaning: '',
  expects: 'A number.',
  parameters: [],
}
const length: CheckerListing = {
  ...{ name: 'length', label: 'Length', meaning: '', expects: null },
  parameters: [
    { key: 'at_most', label: 'At most', meaning: '', kind: 'integer', min: 1, max: 10, optional: true, default: null },
    { key: 'unit', label: 'Unit', meaning: '', kind: 'choice', choices: ['words', 'lines'], default: 'words' },
  ],
}
const choices: Choices = {
  ...{ models: ['starter', 'other'], rewardModels: ['judge', 'other judge'], runs: [{ id: 3, name: 'First run' }] },
  ...{ sets: ['sample', 'answers of starter'], checkers: [arithmetic, length] },
}

test('an address that says nothing asks for the first of each, into a set that is new', () => {
  const request = requestOf(draftOf({}, choices))
  expect(request).toMatchObject({
    ...{ policy: { model: 'starter' }, prompts: { set: 'sample' }, limit: null, perPrompt: null },
    ...{ judge: { checker: { name: 'arithmetic', parameters: {} } }, rule: { rule: 'best-worst' } },
    ...{ into: 'answers of starter 2', sampling: { answers: 4, temperature: 1, topP: 1, tokens: 128, seed: 0 } },
  })
  expect(PairSampling.safeParse(request).success).toBe(true)
})

test('right against wrong is a rule of checkers alone, and makes one pair of a prompt', () => {
  const right = draftOf({ rule: 'right-wrong', cap: '9' }, choices)
  expect(requestOf(right)?.rule).toEqual({ rule: 'right-wrong' })
  expect(mostPairs(right, 5)).toBe(5)
  expect(requestOf(draftOf({ rule: 'right-wrong', judge: 'reward-model' }, choices))?.rule).toEqual({
    rule: 'best-worst',
  })
})

test('all that an address says is asked for', () => {
  const query = {
    ...{ run: '3', from: 'file', file: '/p.txt', limit: '20', answers: '8', temperature: '0.7', topP: '0.9' },
    ...{ tokens: '32', seed: '5', checker: 'length', parameters: '{"at_most":3,"unit":"miles","x":1}' },
    ...{ rule: 'margin', least: '0.25', cap: '2', into: ' mine ' },
  }
  expect(requestOf(draftOf(query, choices))).toEqual({
    ...{ policy: { run: 3 }, prompts: { file: '/p.txt' }, limit: 20, perPrompt: 2, into: 'mine' },
    judge: { checker: { name: 'length', parameters: { at_most: 3 } } },
    rule: { rule: 'margin', least: 0.25 },
    sampling: { answers: 8, temperature: 0.7, topP: 0.9, tokens: 32, seed: 5 },
  })
  expect(draftOf({ run: '3' }, choices).texts.into).toBe('answers of First run')
})

test.each([
  [{ answers: '1' }, 'answers', 'A whole number from 2 to 64.'],
  [{ answers: ' ' }, 'answers', 'A whole number from 2 to 64.'],
  [{ temperature: '0' }, 'temperature', 'A number from 0.05 to 5.'],
  [{ tokens: '1.5' }, 'tokens', 'A whole number from 1 to 4096.'],
  [{ limit: 'x' }, 'limit', 'A whole number from 1 to 50000.'],
  [{ rule: 'margin', least: '0' }, 'least', 'A number above 0.'],
  [{ into: ' ' }, 'into', 'The set needs a name.'],
] as const)('%j is no request, and says why', (query, field, problem) => {
  const draft = draftOf(query, choices)
  expect(draft.problems).toEqual({ [field]: problem })
  expect(requestOf(draft)).toBeNull()
})

test('a margin that is not read is not looked at, nor are parameters of a checker that is not asked', () => {
  expect(requestOf(draftOf({ rule: 'all', least: 'x' }, choices))).not.toBeNull()
  const odd = { checker: 'length', parameters: '{"at_most":99}' }
  expect(requestOf(draftOf(odd, choices))).toBeNull()
  expect(requestOf(draftOf({ ...odd, judge: 'hand' }, choices))?.judge).toBe('hand')
  expect(draftOf({ checker: 'length', parameters: 'no json' }, choices).parameters).toEqual({})
})

test('a reward model judges by its name, and there must be one', () => {
  const judgeOf = (query: Record<string, string>) =>
    requestOf(draftOf({ judge: 'reward-model', ...query }, choices))?.judge
  expect(judgeOf({})).toEqual({ rewardModel: 'judge' })
  expect(judgeOf({ rewardModel: 'other judge', checker: 'length' })).toEqual({ rewardModel: 'other judge' })
  const none = { ...choices, rewardModels: [] }
  expect(requestOf(draftOf({ judge: 'reward-model' }, none))).toBeNull()
  const draft = draftOf({ judge: 'reward-model', rule: 'margin', least: '0' }, choices)
  expect(draft.problems).toEqual({ least: 'A number above 0.' })
  expect(mostPairs(draftOf({ judge: 'reward-model' }, choices), 10)).toBe(10)
})

test('a file that is not named, or no checker yet, is no request', () => {
  expect(requestOf(draftOf({ from: 'file' }, choices))).toBeNull()
  expect(requestOf(draftOf({}, { ...choices, checkers: [] }))).toBeNull()
  expect(requestOf(draftOf({}, { ...choices, models: [] }))).toBeNull()
})

test('the most pairs that can come of it', () => {
  const most = (query: Record<string, string>) => mostPairs(draftOf(query, choices), 10)
  expect(most({})).toBe(10)
  expect(most({ rule: 'all' })).toBe(60)
  expect(most({ rule: 'all', cap: '2' })).toBe(20)
  expect(most({ judge: 'hand', answers: '2' })).toBe(10)
})
