// The optimisers on two steps worked out by hand.
import { expect, test } from 'vitest'
import { openOptimiser } from '../../../src/ml/toy/optim.ts'

/** Where 1 goes under gradients 2 and then -1 at rate 0.1. */
const twice = (name: Parameters<typeof openOptimiser>[0]) => {
  const parameters = { values: Float64Array.of(1), gradient: Float64Array.of(2) }
  const optimiser = openOptimiser(name, 1)
  optimiser(parameters, 0.1)
  expect(parameters.gradient[0]).toBe(0)
  parameters.gradient[0] = -1
  optimiser(parameters, 0.1)
  return parameters.values[0]
}

test('SGD: 1 - 0.2 + 0.1', () => expect(twice('sgd')).toBeCloseTo(0.9, 12))
test('momentum: 1 - 0.2, then 0.9 * 2 - 1 = 0.8', () => expect(twice('momentum')).toBeCloseTo(0.72, 12))
test('RMSprop: squares 0.04 and 0.0496', () =>
  expect(twice('rmsprop')).toBeCloseTo(1 - 0.2 / 0.2 + 0.1 / Math.sqrt(0.0496), 6))
test('Adam: the first step is the rate; then means 0.08 of 0.19, squares 0.004996 of 0.001999', () =>
  expect(twice('adam')).toBeCloseTo(1 - 0.1 - (0.1 * (0.08 / 0.19)) / Math.sqrt(0.004996 / 0.001999), 6))
