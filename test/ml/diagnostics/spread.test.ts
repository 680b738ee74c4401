// The readings of next-token distributions, worked by hand.
import { expect, test } from 'vitest'
import { spreadReadings } from '../../../src/ml/diagnostics/spread.ts'
import { pairOf, scoreOf } from './score-of.ts'

const compared = (kl: number, tokens: number) => ({ ...scoreOf(-1, -1, tokens), kl })

test('entropy and masses are means over tokens, of both sides', () => {
  const chosen = { ...scoreOf(-1, -1, 1, 2, 0.9), likeliestMass: 1 }
  const rejected = { ...scoreOf(-1, -1, 3, 4, 0.1), likeliestMass: 0.6 }
  const found = spreadReadings([pairOf(chosen, rejected)], [])
  expect(found['dispersion/entropy']).toBeCloseTo((2 + 3 * 4) / 4, 12)
  expect(found['dispersion/argmax_mass']).toBeCloseTo((0.9 + 3 * 0.1) / 4, 12)
  expect(found['dispersion/top10_mass']).toBeCloseTo((1 + 3 * 0.6) / 4, 12)
})

test('KL is told per response and per token, of samples and of chosen answers', () => {
  const found = spreadReadings([pairOf(compared(3, 2), scoreOf(-1, -1, 5))], [compared(1, 4), compared(2, 2)])
  expect(found['dispersion/kl_full']).toBe(1.5)
  // 0.25 and 1 a token.
  expect(found['dispersion/kl_full_token']).toBe(0.625)
  expect(found['dispersion/kl_full_token/p10']).toBeCloseTo(0.325, 12)
  expect(found['dispersion/kl_full_token/p90']).toBeCloseTo(0.925, 12)
  expect(found['dispersion/kl_chosen']).toBe(1.5)
})

test('what was not compared has no KL, and is not told as zero', () => {
  const found = spreadReadings([pairOf(scoreOf(-1, -1, 2), scoreOf(-1, -1, 2))], [scoreOf(-1, -1, 3)])
  expect(Object.keys(found).sort()).toEqual(['dispersion/argmax_mass', 'dispersion/entropy', 'dispersion/top10_mass'])
})
