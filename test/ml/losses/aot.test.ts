// Sorting without a sort: order, ties, and gradients that go back to where their entries came from.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aotLoss, aotUnpairedLoss, sorted } from '../../../src/ml/losses/aot.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend } from '../backend.ts'
import { evaluated, evaluatedPairs, expectClose } from './evaluated.ts'

await openBackend()

/** Sorts `x` and weighs the places 1, 2, 3 and so on, so that a gradient tells the place of its entry. */
const placed = (values: number[]) =>
  evaluated({ x: values }, ({ x }) => {
    const places = tf.range(1, values.length + 1, 1, 'float32')
    return tf.mul(sorted(x!), tf.mul(places, values.length))
  })

test('sorts, and the gradient of an entry is that of its place', () => {
  const { losses, gradients } = placed([3, -1, 2])
  expect(losses.map((value, i) => value / 3 / (i + 1))).toEqual([-1, 2, 3])
  expectClose(gradients.x, [3, 1, 2])
})

test('equal entries keep their order', () => {
  expectClose(placed([5, 2, 5, 2]).gradients.x, [3, 1, 4, 2])
  expectClose(placed([7, 7, 7]).gradients.x, [1, 2, 3])
})

test('any numbers are sorted as the host sorts them', () => {
  const float = fc.float({ min: -1000, max: 1000, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.oneof(float, fc.constantFrom(-1, 0, 1)), { minLength: 1, maxLength: 20 }), (values) => {
      const { losses } = evaluated({ x: values }, ({ x }) => sorted(x!))
      expectClose(
        losses,
        [...values].sort((a, b) => a - b),
        { relative: 1e-6 },
      )
    }),
    { numRuns: 30 },
  )
})

test('quantiles by hand: margins 4 and -2 of the policy against -1 and 3 of the reference', () => {
  const pairs = {
    chosen: [-2, -5],
    rejected: [-6, -3],
    referenceChosen: [-4, -2],
    referenceRejected: [-3, -5],
    tokensChosen: [1, 1],
    tokensRejected: [1, 1],
  }
  // Sorted: -2 and 4 against -1 and 3, so -1 and 1.
  const paired = evaluatedPairs(pairs, (tensors) => aotLoss(tensors, { beta: 1 }))
  expectClose(paired.losses, [Math.log(1 + Math.E), Math.log(1 + 1 / Math.E)], { relative: 1e-6 })
  const [low, high] = [1 / (1 + 1 / Math.E), 1 / (1 + Math.E)]
  expectClose(paired.gradients.chosen, [-high / 2, -low / 2], { relative: 1e-6 })
  // Log-ratios 2 and -3 of the chosen responses, -3 and 2 of the rejected ones: no difference at either quantile.
  const unpaired = evaluatedPairs(pairs, (tensors) => aotUnpairedLoss(tensors, { beta: 1 }))
  expectClose(unpaired.losses, [Math.LN2, Math.LN2], { relative: 1e-6 })
})
