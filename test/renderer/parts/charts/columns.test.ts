// Readings as columns, and the x axes made of them.
import { expect, test } from 'vitest'
import { stepPlaces } from '../../../../src/renderer/parts/charts/axes.ts'
import { column, latest, record, type Columns } from '../../../../src/renderer/parts/charts/columns.ts'

test('readings are appended, replaced and put between, whatever order they come in', () => {
  const columns: Columns = new Map()
  record(columns, [
    { step: 1, name: 'loss', value: 0.69 },
    { step: 3, name: 'loss', value: 0.5 },
  ])
  record(columns, [
    { step: 2, name: 'loss', value: 0.6 },
    { step: 3, name: 'loss', value: 0.55 },
  ])
  expect(column(columns, 'loss')).toEqual({ steps: [1, 2, 3], values: [0.69, 0.6, 0.55] })
  expect(latest(columns, 'loss')).toBe(0.55)
  expect(latest(columns, 'entropy')).toBeNull()
})

test('steps lie at the tokens seen, probes at step 0 lie at 0, unknown steps between their neighbours', () => {
  const columns: Columns = new Map()
  record(columns, [
    { step: 1, name: 'num_tokens', value: 100 },
    { step: 3, name: 'num_tokens', value: 500 },
    { step: 1, name: 'pace/step_seconds', value: 2 },
    { step: 2, name: 'pace/step_seconds', value: 3 },
  ])
  expect([0, 1, 2, 3, 9].map(stepPlaces('tokens', columns))).toEqual([0, 100, 300, 500, 500])
  expect([0, 1, 2].map(stepPlaces('seconds', columns))).toEqual([0, 2, 5])
  expect(stepPlaces('step', columns)(7)).toBe(7)
})
