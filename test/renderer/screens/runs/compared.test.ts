// Where runs begin on the shared axis: a fork where its parent was at that step.
import { expect, test } from 'vitest'
import type { Run } from '#contract'
import { noColumns, record } from '../../../../src/renderer/parts/charts/columns.ts'
import { beginsAt, overlaid, shared } from '../../../../src/renderer/screens/runs/compared.ts'

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
