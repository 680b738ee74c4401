// The readings of Dispersion and of held-out pairs, worked by hand.
import { expect, test } from 'vitest'
import { dispersionReadings } from '../../../src/ml/diagnostics/dispersion.ts'
import { heldOutReadings } from '../../../src/ml/diagnostics/held-out.ts'
import { pairOf, scoreOf } from './score-of.ts'

test('unseen responses, KL on the samples, entropy and mass over tokens', () => {
  const found = dispersionReadings({
    train: [pairOf(scoreOf(-1, -1, 1, 2, 0.9), scoreOf(-1, -1, 3, 4, 0.1))],
    other: [scoreOf(-10, -5, 5), scoreOf(-10, -16, 3)], // +1 and -2 a token
    sampled: [scoreOf(-8, -10, 4), scoreOf(-4, -3, 2)], // -0.5 and +0.5 a token
  })
  expect(found['dispersion/other']).toBeCloseTo(-0.5, 12)
  expect(found['dispersion/other/p10']).toBeCloseTo(-1.7, 12)
  expect(found['dispersion/other/p90']).toBeCloseTo(0.7, 12)
  expect(found['dispersion/sampled']).toBeCloseTo(0, 12)
  expect(found['dispersion/sampled/p10']).toBeCloseTo(-0.4, 12)
  expect(found['dispersion/sampled/p90']).toBeCloseTo(0.4, 12)
  expect(found['dispersion/kl']).toBeCloseTo((2 - 1) / 2, 12)
  // Of the log-ratios -2 and +1.
  expect(found['dispersion/kl_k3']).toBeCloseTo((Math.exp(-2) - 1 + 2 + (Math.E - 1 - 1)) / 2, 12)
  expect(found['dispersion/entropy']).toBeCloseTo((2 * 1 + 4 * 3) / 4, 12)
  expect(found['dispersion/argmax_mass']).toBeCloseTo((0.9 + 0.3) / 4, 12)
})

test('each unseen kind has readings of its own', () => {
  const found = dispersionReadings({ train: [], near_miss: [scoreOf(-4, -2, 2)], shuffled: [scoreOf(-9, -12, 3)] })
  expect(found).toEqual({
    ...{ 'dispersion/near_miss': 1, 'dispersion/near_miss/p10': 1, 'dispersion/near_miss/p90': 1 },
    ...{ 'dispersion/shuffled': -1, 'dispersion/shuffled/p10': -1, 'dispersion/shuffled/p90': -1 },
  })
})

test('kinds without probes are left out', () => {
  expect(dispersionReadings({ train: [], other: [], sampled: [] })).toEqual({})
})

const reward = ({ policy, reference }: { policy: number; reference: number }) => 0.1 * (policy - reference)

test('held-out accuracy starts at chance, margin is in units of reward', () => {
  const tie = pairOf(scoreOf(-5, -5, 2), scoreOf(-5, -5, 2))
  const won = pairOf(scoreOf(-5, -4, 2), scoreOf(-5, -8, 2))
  expect(heldOutReadings([tie], reward)).toEqual({ 'probe/heldout/accuracy': 0.5, 'probe/heldout/margin': 0 })
  const found = heldOutReadings([tie, won], reward)
  expect(found['probe/heldout/accuracy']).toBe(0.75)
  expect(found['probe/heldout/margin']).toBeCloseTo(0.2, 12)
})
