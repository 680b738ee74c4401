import { expect, test } from 'vitest'
import type { MeasuringState, PairMeasures } from '#contract'
import {
  leftOutText,
  measureColumns,
  measureText,
  measureWithUnit,
  shareTyped,
  stateText,
} from '../../../../src/renderer/screens/pairs/measure-words.ts'

const measures: PairMeasures = {
  ...{ ches: -21131.4, chesNormalised: 1.6954, overlap: 0.98712, editDistance: 2 / 31 },
  chosen: { logp: -0.001, tokens: 32 },
  rejected: { logp: -80, tokens: 30 },
}

test('values in columns, and with their unit', () => {
  expect(measureColumns.map((name) => measureText(measures, name))).toEqual([
    ...['−21.1k', '1.695', '0.06', '0.987', '0', '−2.667'],
  ])
  expect(measureText(null, 'ches')).toBe('–')
  expect(measureText(measures, 'length-difference')).toBe('+2')
  expect(measureWithUnit(measures, 'rejected-likelihood')).toBe('−2.667 nats/token')
  expect(measureWithUnit(measures, 'ches')).toBe('−21.1k')
})

test('how far a set is measured, and what a share leaves out', () => {
  const state: MeasuringState = { pairs: 320, measured: 0, refused: 0, firstRefusal: null, leftOut: null }
  expect(stateText({ ...state, pairs: 0 })).toMatch(/^No pair has a chosen answer yet/)
  expect(stateText(state)).toBe('320 pairs to measure.')
  expect(stateText({ ...state, measured: 320 })).toBe('All 320 pairs measured.')
  expect(stateText({ ...state, measured: 300, refused: 2, firstRefusal: 'too long' })).toBe(
    '300 of 320 pairs measured; 2 could not be (too long).',
  )
  const measured = { ...state, measured: 320, leftOut: { pairs: 16, from: 0.7021 } }
  expect(leftOutText(measured, 'highest')).toBe('16 of 320 pairs, from 0.702 up')
  expect(leftOutText(measured, 'lowest')).toBe('16 of 320 pairs, from 0.702 down')
  expect(leftOutText({ ...measured, leftOut: { pairs: 0, from: null } }, 'lowest')).toBe('no pair')
})

test('a share is typed in per cent', () => {
  expect(['5', '0.1', '99', ' 12.5 '].map(shareTyped)).toEqual([0.05, 0.001, 0.99, 0.125])
  expect(['', '0', '99.5', 'x', '-1'].map(shareTyped)).toEqual([null, null, null, null, null])
})
