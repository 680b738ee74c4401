// From the terminal, end to end with the starter model: pairs are measured, listed, and a run leaves the highest out.
import { expect, test } from 'vitest'
import type { PairRow } from '#contract'
import { commandLine } from './command-line.ts'

const { attune, json, refusal } = commandLine()

const measure = 'pairs measure --set sample --model starter'

test('the sample pairs are measured, listed and left out', { timeout: 240_000 }, async () => {
  const first = await attune(`${measure} --top 3 --by edit-distance --end lowest`)
  const lines = first.stdout.trim().split('\n')
  expect(lines[0]).toBe('320 of 320 pairs of sample measured under starter, 320 of them now.')
  expect(lines[1]).toBe('Edit distance, the lowest: pairs with the most text in common.')
  expect(lines[2]).toMatch(/^pair {2,}CHES {2,}CHES\/len {2,}Edits {2,}Overlap/)
  expect(lines.slice(3).map((line) => line.split(/ {2,}/).length)).toEqual([9, 9, 9])
  expect(first.stderr).toMatch(/Measure sample under starter: measuring pairs, \d+ of 320/)

  const report = await json(`${measure} --by ches --top 400`)
  const rows = report.rows as PairRow[]
  expect(report).toMatchObject({ added: 0, measured: 320, pairs: 320, refused: 0, by: 'ches', end: 'highest' })
  expect(rows).toHaveLength(320)
  const values = rows.map(({ measures }) => measures!.ches)
  expect(values).toEqual(values.toSorted((a, b) => b - a))
  const run = await json(
    'train --model starter --pairs sample --steps 1 --set leave_out=by-measure --set leave_out_by=ches --set leave_out_share=0.25',
  )
  expect(run).toMatchObject({ status: 'finished', set: { pairs: 240 } })
  expect((run.leftOut as number[]).toSorted()).toEqual(
    rows
      .slice(0, 80)
      .map(({ id }) => id)
      .toSorted(),
  )
  expect((await attune('runs show 1')).stdout).toContain('80 pairs were left out: the highest by CHES.')
})

test('what cannot be is refused in a line', async () => {
  expect((await refusal(`${measure} --by nothing`))[1]).toMatch(/^--by takes ches, ches-normalised, /)
  expect(await refusal(`${measure} --end top`)).toEqual([2, '--end takes highest or lowest, got "top"'])
  expect(await refusal(`${measure} --top x`)).toEqual([2, '--top takes a whole number, got "x"'])
  expect(await refusal('pairs measure --set sample')).toEqual([2, '--model is missing'])
})
