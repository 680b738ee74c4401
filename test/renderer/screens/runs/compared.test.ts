// Which charts compared runs share, and where runs begin on the shared axis: a fork where its parent was at that step.
import { expect, test } from 'vitest'
import type { MethodName, Run } from '#contract'
import { noColumns, record } from '../../../../src/renderer/parts/charts/columns.ts'
import { beginsAt, chartsOf, overlaid, readNames, shared } from '../../../../src/renderer/screens/runs/compared.ts'

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

const run = (id: number, parent: number | null = null, parentStep: number | null = null) =>
  ({ id, name: `run ${id}`, parent, parentStep }) as Run
const [first, second, third] = [run(1), run(2, 1, 20), run(3, 2, 5)]
const all = [first, second, third]

const columns = noColumns()
record(columns, [
  { step: 0, name: 'num_tokens', value: 100 },
  { step: 10, name: 'num_tokens', value: 1000 },
  { step: 20, name: 'num_tokens', value: 2000 },
])

test('steps of forks add up; a parent that is gone leaves its step', () => {
  expect(all.map((one) => beginsAt(one, all, {}, 'step'))).toEqual([0, 20, 25])
  expect(beginsAt(third, [first, third], {}, 'step')).toBe(5)
  expect(beginsAt(run(4, 1, null), all, {}, 'step')).toBe(0)
})

test('tokens begin where the parent had them', () => {
  expect(beginsAt(second, all, { 1: columns }, 'tokens')).toBe(2000)
  expect(beginsAt(run(2, 1, 15), all, { 1: columns }, 'tokens')).toBe(1500)
})

test('lines of a fork are drawn from there on, and keep their own steps', () => {
  const own = noColumns()
  record(own, [
    { step: 0, name: 'loss', value: 0.5 },
    { step: 4, name: 'loss', value: 0.4 },
  ])
  const loss = shared.find(({ reading }) => reading === 'loss')!
  const [line] = overlaid(loss, { runs: [second], all }, { 2: own }, 'step')
  expect([line?.xs, line?.steps]).toEqual([
    [20, 24],
    [0, 4],
  ])
})
