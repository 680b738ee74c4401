// Measures of pairs as people read them: values, and which pairs would be left out.
import {
  measureOf,
  pairMeasures,
  type LeaveOut,
  type MeasureName,
  type MeasuringState,
  type PairMeasures,
} from '#contract'
import { valueText } from '../../parts/charts/numbers.ts'
import { count, counted } from '../../quantities.ts'

/** The measures that have a column of their own. */
export const measureColumns = [
  'ches',
  'ches-normalised',
  'edit-distance',
  'overlap',
  'chosen-likelihood',
  'rejected-likelihood',
] as const satisfies readonly MeasureName[]

/** A value as a column shows it: shares with two digits, others with three of account, and no log-probability of '−3.1e−5'. */
export function measureText(measures: PairMeasures | null, name: MeasureName): string {
  if (!measures) return '–'
  const value = measureOf(measures, name)
  if (name === 'length-difference') return value > 0 ? `+${count(value)}` : valueText(value)
  const rounded = Math.abs(value) < 0.0005 ? 0 : value
  return name === 'edit-distance' ? rounded.toFixed(2) : valueText(rounded)
}

/** The same with its unit. */
export function measureWithUnit(measures: PairMeasures, name: MeasureName): string {
  const { unit } = pairMeasures[name]
  return [measureText(measures, name), unit].filter(Boolean).join(' ')
}

/** How far a set is measured: '260 of 320 pairs measured; 3 do not fit.' */
export function stateText({ pairs, measured, refused, firstRefusal }: MeasuringState): string {
  if (pairs === 0) return 'No pair has a chosen answer yet, and measures are of chosen and rejected.'
  if (measured + refused === 0) return `${counted(pairs, 'pair')} to measure.`
  const told =
    measured === pairs
      ? `All ${counted(pairs, 'pair')} measured`
      : `${count(measured)} of ${counted(pairs, 'pair')} measured`
  return refused > 0 ? `${told}; ${count(refused)} could not be (${firstRefusal}).` : `${told}.`
}

/** How many would be left out: '16 of 320 pairs, from 1.36 up'. */
export function leftOutText({ measured, leftOut }: MeasuringState, end: LeaveOut['end']): string {
  if (!leftOut || leftOut.pairs === 0 || leftOut.from === null) return 'no pair'
  return `${count(leftOut.pairs)} of ${counted(measured, 'pair')}, from ${valueText(leftOut.from)} ${end === 'highest' ? 'up' : 'down'}`
}

/** The share that was typed in per cent; null where it is none. */
export function shareTyped(text: string): number | null {
  const share = Number(text) / 100
  return text.trim() !== '' && share >= 0.001 && share <= 0.99 ? share : null
}
