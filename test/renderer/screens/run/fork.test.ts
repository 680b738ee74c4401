// Where a run leads on: its evaluation, judged as it was taught.
import { expect, test } from 'vitest'
import { parseSettings, type MethodName, type Run, type SettingValues } from '#contract'
import { checkers } from '../../../../src/main/trainer/jobs/checkers.ts'
import { evaluateAddress } from '../../../../src/renderer/screens/run/fork.ts'
import { draftOf } from '../../../../src/renderer/screens/evaluate/evaluation-draft.ts'

const listings = await checkers()
const draftFor = (method: MethodName, settings: SettingValues) => {
  const run = { id: 4, model: { id: 1, name: 'starter' }, set: { id: 1, name: 'sample', pairs: 9 } }
  const address = evaluateAddress({ ...run, settings: parseSettings(method, settings) } as unknown as Run, listings)
  return draftOf(Object.fromEntries(new URL(address, 'http://a').searchParams))
}

test('a run against the model it began from, on what it held out, with its checker and all its parameters', () => {
  const given = { checker: 'contains', checker_parameters: ['required=the answer', 'required=42', 'match_case=true'] }
  expect(draftFor('grpo', given)).toMatchObject({
    ...{ policy: 'run:4', against: 'model:starter', set: 'sample', heldOutOf: 4, checker: 'contains' },
    parameters: { required: ['the answer', '42'], match_case: true },
  })
  expect(draftFor('ppo', { heldout_pairs: 0 })).toMatchObject({
    ...{ heldOutOf: null, checker: 'arithmetic-answer', parameters: {} },
  })
})

test('no checker where none taught it; the reward model that did', () => {
  expect(draftFor('dpo', {})).toMatchObject({ checker: '', parameters: {} })
  expect(draftFor('ppo', { reward_from: 'reward-model', reward_model: 'judge' })).toMatchObject({
    ...{ checker: '', rewardModel: 'judge' },
  })
})
