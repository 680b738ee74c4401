// Runs of the toy: what the three properties need and what helps against them, over seeds; long runs; the same again.
import { describe, expect, test } from 'vitest'
import { figuresOf, spreads, type ToyFigures } from '../../../src/ml/toy/figures.ts'
import { pairLossNames } from '../../../src/ml/toy/losses.ts'
import type { ToySettings } from '../../../src/ml/toy/plan.ts'
import type { ToyRecord } from '../../../src/ml/toy/readings.ts'
import { recordedSteps, ToyDiverged, toyRun } from '../../../src/ml/toy/run.ts'
import { startRow } from '../../../src/ml/toy/scenarios.ts'
import { coefficients, toySettings } from './plans.ts'

const seeds = [0, 1, 2, 3, 4]

const recordsOf = (change: Partial<ToySettings>, seed = 0) => [
  ...toyRun(toySettings(change), seed, { withGeometry: false }),
]
const overSeeds = (change: Partial<ToySettings>): ToyFigures[] =>
  seeds.map((seed) => figuresOf(recordsOf(change, seed)))
const median = (runs: ToyFigures[], name: string) => spreads(runs)[name]!.median

describe('a table of free logits', () => {
  const rates = { adam: 1e-2, rmsprop: 1e-2, momentum: 1, sgd: 10 } as const
  for (const scenario of ['1', '2', '3', '4'] as const)
    for (const [optimiser, learning_rate] of Object.entries(rates))
      test(`no Degradation and no Dispersion: scenario ${scenario}, ${optimiser}`, () => {
        const change = { model: 'tabular', scenario, optimiser: optimiser as 'adam', learning_rate } as const
        for (const found of overSeeds({ ...change, pairs: 'redrawn' }).concat(overSeeds(change))) {
          expect(found.chosen_decline).toBeLessThan(1e-9)
          expect(found.unseen_rise).toBeLessThan(1e-9)
          expect(found.chosen_last).toBeGreaterThan(0.5)
        }
      })
})

describe('an MLP of three layers, whose prompts share parameters', () => {
  test.each([64, 128])('Degradation and Dispersion at width %d, for every seed', (width) => {
    for (const found of overSeeds({ width, steps: 1500 })) {
      // The rejected responses are gone, the chosen ones rose and fell again, and what they lost went to other prompts' chosen.
      expect(found.rejected_last_log10).toBeLessThan(-20)
      expect(found.chosen_peak).toBeGreaterThan(0.2)
      expect(found.chosen_decline).toBeGreaterThan(0.01)
      expect(found.unseen_rise).toBeGreaterThan(0.01)
      expect(found.other_chosen_last).toBeGreaterThan(0.5)
      expect(found.never_last).toBeLessThan(1e-6)
    }
  })

  test('a smaller beta of rejected delays the decline: the peak comes later and higher, and the end is higher', () => {
    const betas = [0.1, 0.08, 0.05, 0.02]
    const runs = betas.map((beta_minus) =>
      overSeeds({ method: 'flex-dpo', beta_plus: 0.1, beta_minus, learning_rate: 3e-4 }),
    )
    for (const name of ['chosen_peak_step', 'chosen_peak', 'chosen_last']) {
      const along = runs.map((of) => median(of, name))
      expect(along, name).toEqual([...along].sort((a, b) => a - b))
      for (const [i] of seeds.entries()) expect(runs.at(-1)![i]![name]!).toBeGreaterThan(runs[0]![i]![name]!)
    }
  })

  test('the likelihood of the chosen added delays it beyond the run: it still rises at the end, for every seed', () => {
    const dpo = overSeeds({ learning_rate: 3e-4 })
    for (const gamma of [0.001, 0.01, 0.1])
      overSeeds({ method: 'sft-dpo', gamma, learning_rate: 3e-4 }).forEach((found, i) => {
        expect(found.chosen_decline).toBeLessThan(1e-9)
        expect(found.chosen_last).toBeGreaterThan(dpo[i]!.chosen_last!)
      })
  })
})

test('the transformer of normed features keeps prompts apart: it learns them, for every seed', () => {
  for (const found of overSeeds({ model: 'transformer', width: 16 })) {
    expect(found.chosen_last).toBeGreaterThan(0.9)
    expect(found.unseen_rise).toBeLessThan(1e-9)
  }
})

const finite = (records: ToyRecord[]) =>
  records.every(
    ({ readings, logProbs }) => Object.values(readings).every(Number.isFinite) && logProbs.every(Number.isFinite),
  )

describe('ten thousand steps stay finite', () => {
  test.each([...pairLossNames, 'ppo'])('%s', (method) => {
    const change = { ...coefficients, method, width: 8, steps: 10_000, records: 20, learning_rate: 3e-3 }
    const records = [...toyRun(toySettings(change), 0)]
    expect(records).toHaveLength(21)
    expect(records.at(-1)?.step).toBe(10_000)
    expect(finite(records)).toBe(true)
  })

  test('where float32 would have ended long ago', () => {
    const last = recordsOf({ width: 16, steps: 10_000, learning_rate: 3e-3 }).at(-1)!
    expect(last.readings['rejected/log10']).toBeLessThan(-46)
    expect(last.logProbs.every(Number.isFinite)).toBe(true)
  })
})

test('every model and fit begins at the table, and the masses add up', () => {
  const models = [
    { model: 'tabular' },
    { layers: 1 },
    { layers: 3 },
    { layers: 6, width: 16 },
    { model: 'transformer', width: 12 },
  ] as const
  for (const scenario of ['1', '2', '3', '4'] as const)
    for (const model of models)
      for (const fit of ['all', 'readout'] as const) {
        const [start] = recordsOf({ ...model, scenario, fit, steps: 0 }, 5)
        const row = startRow(scenario, toySettings())
        start!.logProbs.forEach((logp, i) => expect(Math.abs(logp - row[i % 10]!)).toBeLessThan(1e-10))
        expect(start!.readings.kl).toBeLessThan(1e-10)
        const { readings: read } = start!
        expect(read['chosen/mean']! + read['rejected/mean']! + read['unseen/mass']!).toBeCloseTo(1, 10)
        const parts = ['unseen/other_chosen', 'unseen/other_rejected', 'unseen/never'].map((name) => read[name]!)
        expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(read['unseen/mass']!, 12)
      }
})

test('the paper’s curve of unseen responses starts where its figure does', () => {
  const starts = (['1', '3', '4'] as const).map(
    (scenario) => recordsOf({ scenario, steps: 0, model: 'tabular' })[0]!.readings['unseen/mean']!,
  )
  expect(starts[0]).toBeCloseTo(0.095, 12)
  expect(starts[1]).toBeCloseTo(0.1075, 12)
  expect(starts[2]).toBeCloseTo(0.12, 12)
})

test('a run is told by its settings and its seed', () => {
  const change = { width: 8, steps: 50, pairs: 'redrawn' } as const
  expect(recordsOf(change, 1)).toEqual(recordsOf(change, 1))
  expect(recordsOf(change, 1)).not.toEqual(recordsOf(change, 2))
})

test('the reward model of ppo prefers the chosen, and the policy follows without losing the rest of the table at once', () => {
  const found = overSeeds({ ...coefficients, method: 'ppo', width: 32, reward_steps: 300, steps: 500 })
  for (const { chosen_last, kl_last } of found) {
    expect(chosen_last).toBeGreaterThan(0.12)
    expect(kl_last).toBeGreaterThan(0)
  }
})

test('numbers that overflow end the run with the step', () => {
  const run = () => recordsOf({ method: 'ipo-sums', eta: 0.1, optimiser: 'sgd', learning_rate: 100 })
  expect(run).toThrow(ToyDiverged)
  expect(run).toThrow(/range of float64 at step \d+/)
})

test('recorded steps are even, and never more than there are', () => {
  expect(recordedSteps(10, 5)).toEqual([0, 2, 4, 6, 8, 10])
  expect(recordedSteps(3, 200)).toEqual([0, 1, 2, 3])
  expect(recordedSteps(0, 200)).toEqual([0])
})

test('figures by hand, and the median of an even number', () => {
  const record = (step: number, chosen: number, unseen: number) => ({
    step,
    readings: { 'chosen/mean': chosen, 'chosen/min': chosen, 'unseen/mass': unseen, entropy: 1, kl: 2 },
  })
  const found = figuresOf([record(0, 0.1, 0.7), record(5, 0.6, 0.3), record(9, 0.4, 0.5)])
  expect(found).toMatchObject({ chosen_peak: 0.6, chosen_peak_step: 5, chosen_last: 0.4, unseen_first: 0.7 })
  expect(found.chosen_decline).toBeCloseTo(0.2, 12)
  expect(found.unseen_rise).toBeCloseTo(0.2, 12)
  expect(() => figuresOf([])).toThrow('without records')
  expect(spreads([{ a: 4 }, { a: 1 }, { a: 2 }, { a: 3 }])).toEqual({ a: { median: 2.5, least: 1, most: 4 } })
})
