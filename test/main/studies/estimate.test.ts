// The estimate of a study, by numbers worked by hand.
import { expect, test } from 'vitest'
import { estimated, paceOf } from '../../../src/main/studies/index.ts'

const train = { kind: 'train', amount: 100 } as const
const model = { model: 'mine', seconds: 58 }

test('by what was done here: seconds beyond the opening, over what was done', () => {
  // Two steps of 100 and 50 pairs in 58 and 33 s: (58 - 8 + 33 - 8) / 150 = 0.5 s a pair. 200 pairs more: 8 + 100 s.
  const done = [
    { ...train, ...model },
    { ...train, amount: 50, ...model, seconds: 33 },
    { ...train, model: 'another', seconds: 9000 },
  ]
  const { seconds, secondsFrom } = estimated('mine', 1e6, [{ ...train, amount: 200 }], done)
  expect(seconds).toBeCloseTo(108, 9)
  expect(secondsFrom).toContain('former studies of mine')
})

test('a step that took no longer than the opening still has a pace', () => {
  expect(paceOf('mine', 1e6, [{ ...train, ...model, seconds: 4 }]).pace.train).toBeCloseTo(0.01, 9)
})

test('by what was measured elsewhere, the more the larger the model', () => {
  const [small, middle, large] = [1e6, 1.35e8, 2.7e8].map(
    (parameters) => estimated('new', parameters, [train], []).seconds!,
  )
  expect(middle).toBeGreaterThan(10 * small!)
  expect(large).toBeCloseTo(8 + 2 * (middle! - 8), 6)
  expect(estimated('new', 1e6, [train], []).secondsFrom).toContain('where it was measured')
})
