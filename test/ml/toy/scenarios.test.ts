// The start tables, the pairs and the kinds of cells.
import { expect, test } from 'vitest'
import { cellKinds, pairsAt, startRow } from '../../../src/ml/toy/scenarios.ts'
import { toySettings } from './plans.ts'

const size = { prompts: 4, responses: 10 }
const tables = {
  // By the names of the paper's Table 3: in 2 the chosen responses are off-policy.
  1: [0.12, 0.12, 0.12, 0.12, 0.12, 0.12, 0.12, 0.12, 0.03, 0.01],
  2: [0.02, 0.02, 0.02, 0.02, 0.12, 0.12, 0.12, 0.12, 0.4, 0.04],
  3: [0.12, 0.12, 0.12, 0.12, 0.02, 0.02, 0.02, 0.02, 0.4, 0.04],
  4: [0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.8, 0.04],
} as const

test.each(['1', '2', '3', '4'] as const)('scenario %s is the paper’s table', (scenario) => {
  const row = startRow(scenario, size)
  tables[scenario].forEach((p, i) => expect(Math.exp(row[i]!)).toBeCloseTo(p, 14))
})

test.each([
  [2, 5],
  [3, 7],
  [8, 20],
  [16, 64],
])('%d prompts and %d responses: a distribution with nothing at zero', (prompts, responses) => {
  for (const scenario of ['1', '2', '3', '4'] as const) {
    const row = [...startRow(scenario, { prompts, responses })].map(Math.exp)
    expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
    expect(Math.min(...row)).toBeGreaterThan(0)
  }
})

test('nothing unseen is refused', () => {
  expect(() => startRow('1', { prompts: 4, responses: 8 })).toThrow('more than 8 responses')
})

test('fixed pairs are those of Fig. 1; redrawn ones change by step and stay among the rejected columns', () => {
  expect(pairsAt(7, toySettings(), 3)).toEqual([4, 6, 7, 5])
  expect(pairsAt(0, toySettings({ prompts: 2, responses: 6 }), 0)).toEqual([2, 3])
  const redrawn = Array.from({ length: 200 }, (_, step) => pairsAt(step, toySettings({ pairs: 'redrawn' }), 3))
  expect(redrawn[5]).toEqual(pairsAt(5, toySettings({ pairs: 'redrawn' }), 3))
  for (const prompt of [0, 1, 2, 3])
    expect([...new Set(redrawn.map((pairs) => pairs[prompt]))].sort()).toEqual([4, 5, 6, 7])
})

test('kinds of cells', () => {
  const kinds = cellKinds(toySettings())
  expect(kinds.slice(10, 20)).toEqual([
    ...['other-chosen', 'chosen', 'other-chosen', 'other-chosen'],
    ...['other-rejected', 'other-rejected', 'rejected', 'other-rejected', 'never', 'never'],
  ])
  expect(cellKinds(toySettings({ pairs: 'redrawn' })).filter((kind) => kind === 'rejected')).toHaveLength(16)
})
