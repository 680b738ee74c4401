// The toy lab as lines of a terminal: a run step by step with its last table, a grid as medians and ranges.
import {
  gridFigures,
  methods,
  stepReadings,
  toyFigures,
  toyReadings,
  type MethodName,
  type ToyFigureName,
  type ToyGrid,
  type ToyGridCell,
  type ToyKind,
  type ToyResult,
} from '#contract'
import { table } from './grammar.ts'

/** Steps that are shown, evenly among those recorded. */
const SHOWN = 10

const marks: Record<ToyKind, string> = {
  chosen: '+',
  rejected: '-',
  'other-chosen': '',
  'other-rejected': '',
  never: '',
}

export function runLines({ settings, seed, kinds, records, figures, seconds }: ToyResult): string[] {
  const last = records.at(-1)
  const [P, R] = [Number(settings.prompts), Number(settings.responses)]
  const shown = records.filter(
    (_, i) => i % Math.ceil((records.length - 1) / SHOWN || 1) === 0 || i === records.length - 1,
  )
  const cell = (p: number, r: number) =>
    `${Math.exp(last?.logProbs[p * R + r] ?? 0).toFixed(2)}${marks[kinds[p * R + r] ?? 'never']}`
  return [
    `${labelOf(settings.method)}, ${settings.model}, scenario ${settings.scenario}, seed ${seed}: ${settings.steps} steps in ${seconds.toFixed(1)} s.`,
    ...table(
      ['step', ...stepReadings.map((name) => toyReadings[name].label)],
      shown.map(({ step, readings }) => [String(step), ...stepReadings.map((name) => numberText(readings[name]))]),
    ),
    '',
    `Probabilities after step ${last?.step}; + chosen, - rejected of the prompt:`,
    ...table(
      ['', ...Array.from({ length: R }, (_, r) => `y${r}`)],
      Array.from({ length: P }, (_, p) => [`x${p}`, ...Array.from({ length: R }, (_, r) => cell(p, r))]),
    ),
    '',
    `Degradation: chosen ends ${numberText(figures.chosen_decline)} below its peak of ${numberText(figures.chosen_peak)} at step ${figures.chosen_peak_step}.`,
    `Dispersion: unseen mass ends ${numberText(figures.unseen_rise)} above its lowest point, at ${numberText(figures.unseen_last)}.`,
  ]
}

export function gridLines({ seeds, cells, seconds }: ToyGrid): string[] {
  const keys = Object.keys(cells[0]?.varied ?? {})
  const failures = cells.flatMap(({ varied, runs }) => {
    const failed = runs.filter(({ figures }) => figures === null).length
    return failed > 0 ? [`${wordsOf(varied)}: ${failed} of ${runs.length} seeds overflowed and are left out.`] : []
  })
  return [
    `${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} from ${seeds[0]}, in ${seconds.toFixed(1)} s. Medians, with least and most in brackets.`,
    ...table(
      [...keys, ...gridFigures.map((name) => toyFigures[name].label)],
      cells.map((one) => [
        ...keys.map((key) => String(one.varied[key])),
        ...gridFigures.map((name) => spreadText(one, name)),
      ]),
    ),
    ...failures,
  ]
}

const labelOf = (method: unknown) => methods[String(method) as MethodName].label

const wordsOf = (varied: ToyGridCell['varied']) =>
  Object.entries(varied)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')

function spreadText({ spreads }: ToyGridCell, name: ToyFigureName): string {
  const found = spreads[name]
  if (!found) return '-'
  const { median, least, most } = found
  return least === most ? numberText(median) : `${numberText(median)} [${numberText(least)}, ${numberText(most)}]`
}

function numberText(value: number | undefined): string {
  if (value === undefined) return '-'
  if (Number.isInteger(value)) return String(value)
  const size = Math.abs(value)
  return size >= 100
    ? value.toFixed(0)
    : size >= 10
      ? value.toFixed(1)
      : size < 5e-4
        ? value.toExponential(0)
        : value.toFixed(3)
}
