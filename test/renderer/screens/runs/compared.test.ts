// Which charts compared runs share.
import { expect, test } from 'vitest'
import type { MethodName } from '#contract'
import { chartsOf, readNames, shared } from '../../../../src/renderer/screens/runs/compared.ts'

const readings = (...methods: MethodName[]) =>
  chartsOf(methods.map((method) => ({ method }))).map(({ reading }) => reading)

test('a chart is there where one of the runs has a line in it', () => {
  const rewards = [
    'probe/heldout/reward_accuracy',
    'probe/heldout/reward_margin',
    'probe/heldout/log_loss',
    'mean_reward',
  ]
  expect(readings('reward-model', 'reward-model')).toEqual(['loss', ...rewards, 'grad_norm'])
  expect(readings('dpo', 'simpo')).toContain('drop/train/rejected')
  expect(readings('dpo', 'simpo')).not.toContain('reward')
  expect(readings('ppo', 'dpo')).toEqual(expect.arrayContaining(['reward', 'probe/heldout/accuracy']))
  expect(readings('ppo', 'dpo', 'reward-model')).toEqual(shared.map(({ reading }) => reading))
  for (const { reading } of shared) expect(readNames).toContain(reading)
})
