// Drop and Degradation in parts, worked by hand.
import { expect, test } from 'vitest'
import { splitReadings, type PolicyOrigin } from '../../../src/ml/diagnostics/splits.ts'
import { pairOf, scoreOf } from './score-of.ts'

/** A response of `tokens` tokens that moved by `change` a token. */
const moved = (change: number, tokens: number) => scoreOf(-20, -20 + change * tokens, tokens)
const pair = (chosen: [number, number], rejected: [number, number], origins?: [PolicyOrigin, PolicyOrigin]) => ({
  ...pairOf(moved(...chosen), moved(...rejected)),
  origins: origins && { chosen: origins[0], rejected: origins[1] },
})

test('each side by its own origin, answers of nobody known in neither part', () => {
  const found = splitReadings([
    pair([1, 4], [-1, 4], ['on', 'off']),
    pair([2, 4], [-3, 4], ['off', 'off']),
    pair([4, 4], [-5, 4], ['off', 'off']),
    pair([9, 4], [-9, 4], [null, 'off']),
    pair([9, 4], [-9, 4]),
  ])
  // All of one length, and all rejected that are known of from elsewhere: no parts there.
  expect(found).toEqual({ 'degradation/train/chosen/on_policy': 1, 'degradation/train/chosen/off_policy': 3 })
})

test('lengths by the thirds of all answers, whose limits are told', () => {
  // 2, 4, 6, 8, 10, 12 tokens: thirds at 5.33 and 8.67.
  const found = splitReadings([pair([1, 2], [-1, 8]), pair([2, 4], [-2, 10]), pair([4, 6], [-4, 12])])
  expect(found['length/short']).toBe(5)
  expect(found['length/middle']).toBe(8)
  expect(found['degradation/train/chosen/short']).toBeCloseTo(1.5, 12)
  expect(found['degradation/train/chosen/middle']).toBeCloseTo(4, 12)
  expect(found['drop/train/rejected/middle']).toBeCloseTo(-1, 12)
  expect(found['drop/train/rejected/long']).toBeCloseTo(-3, 12)
  expect(found).not.toHaveProperty('degradation/train/chosen/long')
  expect(found).not.toHaveProperty('drop/train/rejected/short')
})

test('without probes, or with answers of one length, there are no parts', () => {
  expect(splitReadings([])).toEqual({})
  expect(splitReadings([pair([1, 3], [1, 3]), pair([2, 3], [2, 3])])).toEqual({})
})
