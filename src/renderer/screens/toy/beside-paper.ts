// Our runs beside the paper's figures: the lines of both in one chart, and both in one table.
import type { ToyReadingName, ToyResult, ToyStep } from '#contract'
import type { Series } from '../../parts/charts/series.ts'
import { valueText } from '../../parts/charts/numbers.ts'
import { figureThree, figureThreeEpochs, figureTwo, type PaperScenario } from './paper-figures.ts'

export const scenarioNames: readonly PaperScenario[] = ['1', '2', '3', '4']

export const scenarioWords: Record<PaperScenario, string> = {
  1: 'both on-policy',
  2: 'chosen off, rejected on',
  3: 'chosen on, rejected off',
  4: 'both off-policy',
}

type Point = readonly [epoch: number, value: number]

const dash = [3, 4]

const theirs = (key: string, label: string, colour: string, points: readonly Point[]): Series => {
  const steps = points.map(([epoch]) => epoch)
  return { key, label, colour, dash, steps, xs: steps, ys: points.map(([, value]) => value) }
}

const ours = (label: string, colour: string, steps: readonly ToyStep[], reading: ToyReadingName, less = 0): Series => {
  const at = steps.map(({ step }) => step)
  return {
    key: `our ${reading}`,
    label,
    colour,
    steps: at,
    xs: at,
    ys: steps.map(({ readings }) => (readings[reading] ?? 0) - less),
  }
}

/** Fig. 3: mean chosen, mean rejected and the mean of the unseen, ours and, dashed through the points that are known, the paper's. */
export function panelSeries(scenario: PaperScenario, steps: readonly ToyStep[]): Series[] {
  const { start, chosen, rejectedGone, unseen } = figureThree[scenario]
  return [
    ours('chosen', 'var(--chosen)', steps, 'chosen/mean'),
    ours('rejected', 'var(--rejected)', steps, 'rejected/mean'),
    ours('unseen', 'var(--unseen)', steps, 'unseen/mean'),
    theirs('paper chosen', 'chosen, paper', 'var(--chosen)', [
      [0, start.chosen],
      [chosen.peakEpoch, chosen.peak],
      [figureThreeEpochs, chosen.last],
    ]),
    theirs('paper rejected', 'rejected, paper', 'var(--rejected)', [
      [0, start.rejected],
      [rejectedGone, 0],
      [figureThreeEpochs, 0],
    ]),
    theirs('paper unseen', 'unseen, paper', 'var(--unseen)', [
      [0, start.unseen],
      [figureThreeEpochs, unseen.last],
    ]),
  ]
}

/** Fig. 2 middle: the gradients in probability, as decades from their start. */
export function gradientSeries(steps: readonly ToyStep[]): Series[] {
  const first = steps[0]?.readings
  const { epochs, gradientChosen, gradientRejected } = figureTwo
  return [
    ours('chosen', 'var(--chosen)', steps, 'gradient/chosen', first?.['gradient/chosen']),
    ours('rejected', 'var(--rejected)', steps, 'gradient/rejected', first?.['gradient/rejected']),
    theirs('paper chosen', 'chosen, paper', 'var(--chosen)', [
      [0, 0],
      [epochs, gradientChosen],
    ]),
    theirs('paper rejected', 'rejected, paper', 'var(--rejected)', [
      [0, 0],
      [epochs, gradientRejected],
    ]),
  ]
}

/** Fig. 2 right: log10 of the rejected probability. The paper's ends where float32 does. */
export function rejectedSeries(steps: readonly ToyStep[]): Series[] {
  const { start, end, endEpoch } = figureTwo.rejected
  return [
    ours('rejected', 'var(--rejected)', steps, 'rejected/log10'),
    theirs('paper rejected', 'rejected, paper', 'var(--rejected)', [
      [0, start],
      [endEpoch, end],
    ]),
  ]
}

export type PaperRow = { what: string; paper: string; own: string }

/** What the figures say and what ours does, of one scenario. */
export function panelRows(scenario: PaperScenario, result: ToyResult | null): PaperRow[] {
  const { chosen, least, rejectedGone, unseen } = figureThree[scenario]
  const peakOf = (reading: ToyReadingName) => {
    const records = result?.records ?? []
    const top = records.reduce<ToyStep | null>(
      (best, one) => (one.readings[reading]! > (best?.readings[reading] ?? -1) ? one : best),
      null,
    )
    return top ? `${valueText(top.readings[reading])} at ${top.step}` : '–'
  }
  const last = (reading: ToyReadingName) => valueText(result?.records.at(-1)?.readings[reading])
  const gone = result?.records.find(({ readings }) => readings['rejected/mean']! < 0.005)?.step
  const lowest = result && Math.min(...result.records.map(({ readings }) => readings['unseen/mean']!))
  return [
    { what: 'Chosen, peak', paper: `${chosen.peak} at ${chosen.peakEpoch}`, own: peakOf('chosen/mean') },
    { what: 'Chosen, end', paper: String(chosen.last), own: last('chosen/mean') },
    { what: 'Least chosen, peak', paper: `${least.peak} at ${least.peakEpoch}`, own: peakOf('chosen/min') },
    { what: 'Least chosen, end', paper: String(least.last), own: last('chosen/min') },
    { what: 'Rejected below 0.005', paper: `about ${rejectedGone}`, own: gone === undefined ? '–' : String(gone) },
    { what: 'Unseen mean, lowest', paper: String(unseen.lowest), own: valueText(lowest) },
    { what: 'Unseen mean, end', paper: String(unseen.last), own: last('unseen/mean') },
  ]
}

/** The record nearest to a step. */
export function recordNear(result: ToyResult | null, step: number): ToyResult['records'][number] | null {
  return (result?.records ?? []).reduce<ToyResult['records'][number] | null>(
    (best, one) => (best === null || Math.abs(one.step - step) < Math.abs(best.step - step) ? one : best),
    null,
  )
}
