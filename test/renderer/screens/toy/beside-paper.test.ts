// The paper's figures as data: they agree with each other and with the scenarios, and stand beside ours by name.
import { expect, test } from 'vitest'
import { cellKinds, pairsAt, startRow } from '../../../../src/ml/toy/scenarios.ts'
import { panelRows, panelSeries, scenarioNames } from '../../../../src/renderer/screens/toy/beside-paper.ts'
import { kindsOf } from '../../../../src/renderer/screens/toy/kinds.ts'
import { figureOne, figureThree } from '../../../../src/renderer/screens/toy/paper-figures.ts'
import { toySettings } from '../../../ml/toy/plans.ts'

test('the rows of Fig. 1 are distributions, to the rounding of its two digits', () => {
  for (const row of figureOne.rows) expect(Math.abs(row.reduce<number>((sum, p) => sum + p, 0) - 1)).toBeLessThan(0.02)
})

test('the starts of Fig. 3 are those of our scenarios of the same name, panels 2 and 3 swapped', () => {
  expect(scenarioNames.map((name) => figureThree[name].panel)).toEqual([1, 3, 2, 4])
  for (const name of scenarioNames) {
    const row = startRow(name, { prompts: 4, responses: 10 })
    const { start } = figureThree[name]
    expect(Math.exp(row[0]!)).toBeCloseTo(start.chosen, 3)
    expect(Math.exp(row[4]!)).toBeCloseTo(start.rejected, 3)
    expect((1 - start.chosen - start.rejected) / 8).toBeCloseTo(start.unseen, 2)
  }
})

test('before a run ours is empty and the paper’s is there', () => {
  const series = panelSeries('1', [])
  expect(series.filter(({ label }) => label.endsWith('paper')).every(({ dash, ys }) => dash && ys.length >= 2)).toBe(
    true,
  )
  expect(series.filter(({ label }) => !label.endsWith('paper')).every(({ ys }) => ys.length === 0)).toBe(true)
  expect(panelRows('1', null)[0]).toEqual({ what: 'Chosen, peak', paper: '0.585 at 1000', own: '–' })
})

test('before a run its cells are what a run will tell of them', () => {
  const settings = toySettings()
  expect(figureOne.pairs).toEqual(pairsAt(0, settings, 0))
  expect(kindsOf(4, 10, figureOne.pairs)).toEqual(cellKinds(settings))
  const wide = toySettings({ prompts: 3, responses: 9 })
  expect(kindsOf(3, 9, pairsAt(0, wide, 0))).toEqual(cellKinds(wide))
  expect(kindsOf(3, 9).filter((kind) => kind === 'rejected')).toEqual([])
})
