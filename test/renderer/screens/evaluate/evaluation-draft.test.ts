import { expect, test } from 'vitest'
import type { Model, Run } from '#contract'
import {
  draftOf,
  numberProblem,
  policyChoices,
  policyOf,
  requestOf,
} from '../../../../src/renderer/screens/evaluate/evaluation-draft.ts'

test('an address becomes a request; what is compared against comes first', () => {
  const draft = draftOf({
    ...{ policy: 'run:3', against: 'model:a:b', set: 'sums', checker: 'contains', parameters: '{"required":["a"]}' },
    ...{ answers: '4', temperature: '0.7', heldOutOf: '3', limit: '20' },
  })
  expect(requestOf(draft)).toEqual({
    policies: [{ model: 'a:b' }, { run: 3 }],
    set: 'sums',
    options: {
      ...{
        rewardModel: null,
        likelihoods: true,
        answers: 4,
        temperature: 0.7,
        maxTokens: 128,
        seed: 0,
        limit: 20,
        heldOutOf: 3,
      },
      checker: { name: 'contains', parameters: { required: ['a'] } },
    },
  })
})

test('nothing of answers alone is scored, whatever the address says', () => {
  const query = { policy: 'model:m', set: 'thumbs', checker: 'exact-match' }
  expect(requestOf(draftOf(query, true))?.options).toMatchObject({ likelihoods: false })
  expect(requestOf(draftOf(query))?.options).toMatchObject({ likelihoods: true })
})

test('what is not understood is left out, and what is missing or wrong asks nothing', () => {
  expect(draftOf({ policy: 'person:x', parameters: '{' })).toMatchObject({ policy: '', parameters: {} })
  for (const policy of [undefined, '', 'run:x', 'run:0', 'model:', 'run:1.5']) expect(policyOf(policy)).toBeNull()
  const whole = { policy: 'model:m', set: 's' }
  expect(requestOf(draftOf(whole))).toMatchObject({ options: { checker: null, limit: null, heldOutOf: null } })
  const wrong: Record<string, string>[] = [
    { set: '' },
    { policy: '' },
    { answers: '0' },
    { temperature: 'hot' },
    { limit: '1.5' },
  ]
  for (const part of wrong) expect(requestOf(draftOf({ ...whole, ...part })), JSON.stringify(part)).toBeNull()
})

test('each number says what it takes', () => {
  expect(numberProblem('answers', '65')).toBe('A whole number from 1 to 64.')
  expect(numberProblem('seed', ' ')).toBe('A number is needed.')
  expect(numberProblem('limit', '')).toBeNull()
  expect(numberProblem('temperature', '0')).toBeNull()
})

test('runs are offered once they have ended with a checkpoint', () => {
  const run = (id: number, status: Run['status'], checkpoint: number | null, method: Run['method'] = 'dpo') =>
    ({ id, name: `run ${id}`, status, checkpoint, method }) as Run
  const runs = [
    run(1, 'finished', 40),
    run(2, 'running', 8),
    run(3, 'failed', null),
    run(4, 'finished', 9, 'reward-model'),
  ]
  expect(policyChoices([{ name: 'm' } as Model], runs)).toEqual([
    { label: 'Models', choices: [{ value: 'model:m', label: 'm' }] },
    { label: 'Runs', choices: [{ value: 'run:1', label: 'run 1, step 40' }] },
  ])
  expect(policyChoices([], [])).toEqual([])
})

test('a reward model judges where no checker does', () => {
  const asked = { policy: 'model:a', set: 's', rewardModel: 'judge' }
  expect(requestOf(draftOf(asked))?.options).toMatchObject({ checker: null, rewardModel: { name: 'judge' } })
  expect(requestOf(draftOf({ ...asked, checker: 'length' }))?.options).toMatchObject({ rewardModel: null })
})
