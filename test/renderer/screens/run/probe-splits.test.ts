// The rows of the small table of parts.
import { expect, test } from 'vitest'
import type { ReadingName } from '#contract'
import { noColumns, record } from '../../../../src/renderer/parts/charts/columns.ts'
import { splitRows } from '../../../../src/renderer/screens/run/probe-splits.ts'

const read = (values: Partial<Record<ReadingName, number>>) => {
  const columns = noColumns()
  record(
    columns,
    Object.entries(values).flatMap(([name, value]) => [
      { step: 0, name, value: 9 },
      { step: 5, name, value },
    ]),
  )
  return columns
}

test('parts that were read stand under all answers, at their newest value, with their limits', () => {
  const columns = read({
    ...{ 'drop/train/rejected': -2, 'degradation/train/chosen': -1, 'length/short': 12, 'length/middle': 30 },
    ...{ 'drop/train/rejected/short': -3, 'degradation/train/chosen/on_policy': 0.5 },
  })
  expect(splitRows(columns)).toEqual([
    { part: 'All', rejected: -2, chosen: -1 },
    { part: 'The model’s own', rejected: null, chosen: 0.5 },
    { part: 'Short, up to 12 tokens', rejected: -3, chosen: null },
  ])
})

test('without parts there is no table', () => {
  expect(splitRows(read({ 'drop/train/rejected': -2 }))).toEqual([])
})
