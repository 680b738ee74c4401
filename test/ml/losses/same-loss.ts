// Tests that two losses are the same function, on pairs drawn at random.
import fc from 'fast-check'
import { test } from 'vitest'
import type { PairLogProbs, PairLosses } from '../../../src/ml/losses/pairs.ts'
import { evaluatedPairs, expectClose, type PairNumbers } from './evaluated.ts'

const logProb = fc.double({ min: -300, max: -0.01, noNaN: true, noDefaultInfinity: true })
/** Up to six pairs of any log-probabilities and lengths. */
export const pairNumbers: fc.Arbitrary<PairNumbers> = fc
  .array(
    fc.tuple(logProb, logProb, logProb, logProb, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 })),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((rows) => {
    const column = (i: number) => rows.map((row) => row[i]!)
    return {
      chosen: column(0),
      rejected: column(1),
      referenceChosen: column(2),
      referenceRejected: column(3),
      tokensChosen: column(4),
      tokensRejected: column(5),
    }
  })
export const beta = fc.double({ min: 0.01, max: 1, noNaN: true })

type Loss = (pairs: PairLogProbs) => PairLosses

/** Two losses are one: values and gradients agree, to float32. */
function expectSame(numbers: PairNumbers, one: Loss, other: Loss): void {
  const [a, b] = [evaluatedPairs(numbers, one), evaluatedPairs(numbers, other)]
  const near = { relative: 1e-4, absolute: 1e-5 }
  expectClose(a.losses, b.losses, near)
  expectClose(a.gradients.chosen, b.gradients.chosen!, near)
  expectClose(a.gradients.rejected, b.gradients.rejected!, near)
}

/** A test that two losses are one for any pairs and beta. */
export const holds = (name: string, pairOf: (beta: number) => [Loss, Loss]) =>
  test(name, () =>
    fc.assert(
      fc.property(pairNumbers, beta, (numbers, b) => expectSame(numbers, ...pairOf(b))),
      { numRuns: 30 },
    ),
  )
