// Length bias worked by hand.
import { expect, test } from 'vitest'
import { lengthReadings } from '../../../src/ml/diagnostics/length-bias.ts'
import { pairOf, scoreOf } from './score-of.ts'

/** A pair whose margin grew by `margin` nats and whose chosen is `longer` tokens longer. */
const pair = (margin: number, longer: number) => pairOf(scoreOf(-5, -5 + margin, 4 + longer), scoreOf(-5, -5, 4))

test('1 where the margin follows the length, -1 where it runs against it, and between', () => {
  expect(lengthReadings([pair(1, 1), pair(2, 2), pair(3, 3)])).toEqual({ 'length/correlation': 1, 'length/pairs': 3 })
  expect(lengthReadings([pair(3, 1), pair(2, 2), pair(1, 3)])['length/correlation']).toBeCloseTo(-1, 12)
  // Deviations -1, 0, 1 and -1/3, 2/3, -1/3: nothing in common.
  expect(lengthReadings([pair(1, 0), pair(2, 1), pair(3, 0)])['length/correlation']).toBeCloseTo(0, 12)
})

test('nothing is told where nothing differs', () => {
  expect(lengthReadings([pair(1, 2), pair(3, 2)])).toEqual({})
  expect(lengthReadings([pair(1e-7, 1), pair(2e-7, 2)])).toEqual({})
  expect(lengthReadings([])).toEqual({})
})
