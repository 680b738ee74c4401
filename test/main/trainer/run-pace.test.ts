// The pace of a run: training time alone for throughput, all time for what is left.
import { expect, test } from 'vitest'
import { openPace } from '../../../src/main/trainer/run-pace.ts'

test('throughput counts the steps alone, the rest of the time counts probes in', () => {
  let now = 100
  const pace = openPace(() => now)
  expect([pace.throughput().pairsPerSecond, pace.secondsLeft(0, 10)]).toEqual([0, 0])
  now += 2
  expect(pace.step(0, 2, 4, 100)).toEqual([
    { step: 0, name: 'pace/step_seconds', value: 2 },
    { step: 0, name: 'pace/pairs_per_second', value: 2 },
    { step: 0, name: 'pace/tokens_per_second', value: 50 },
  ])
  now += 6 // a probing
  now += 2
  pace.step(1, 2, 2, 50)
  expect(pace.throughput()).toMatchObject({ pairsPerSecond: 1.5, tokensPerSecond: 37.5 })
  expect(pace.throughput().peakMemory).toBeGreaterThan(1e7)
  expect(pace.secondsLeft(2, 10)).toBe(40)
  expect(pace.secondsLeft(10, 10)).toBe(0)
})

test('measuring takes its share of all the time since the run was opened', () => {
  let now = 50
  const pace = openPace(() => now)
  now += 4 // loading, and the reference pass
  now += 1
  expect(pace.measured(0, 1)).toEqual({ step: 0, name: 'pace/diagnostics_share', value: 0.2 })
  now += 3
  pace.step(0, 3, 4, 100)
  now += 2
  expect(pace.measured(1, 2).value).toBeCloseTo(0.3, 12)
})
