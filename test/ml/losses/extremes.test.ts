// Every loss stays finite, and so do its gradients, on log-ratios of hundreds of nats, probabilities of 1 and padding.
import { describe, expect, test } from 'vitest'
import { openBackend } from '../backend.ts'
import { everyLoss } from './every-loss.ts'
import { evaluatedPairs, type PairNumbers } from './evaluated.ts'

await openBackend()

const extremes: Readonly<Record<string, PairNumbers>> = {
  'log-ratios of 800 nats either way': {
    chosen: [-3, -803, -2, -0.0009, -400],
    rejected: [-802, -3, -3, -110, -400],
    referenceChosen: [-803, -3, -2, -50, -400],
    referenceRejected: [-2, -803, -3, -0.75, -400],
    tokensChosen: [2, 2, 2, 2, 2],
    tokensRejected: [2, 2, 2, 2, 2],
  },
  'responses of probability 1, and of lengths far apart': {
    chosen: [0, 0, -1e-8, -20],
    rejected: [0, -1e-9, -300, 0],
    referenceChosen: [0, -100, -1e-8, 0],
    referenceRejected: [0, 0, -1, -20],
    tokensChosen: [1, 1, 3, 2000],
    tokensRejected: [1, 2000, 1, 1],
  },
  'a pair of padding, without tokens': {
    chosen: [-4, 0],
    rejected: [-6, 0],
    referenceChosen: [-5, 0],
    referenceRejected: [-5, 0],
    tokensChosen: [3, 0],
    tokensRejected: [4, 0],
  },
  'a response of 30,000 nats': {
    chosen: [-30000, -1],
    rejected: [-1, -30000],
    referenceChosen: [-1, -30000],
    referenceRejected: [-30000, -1],
    tokensChosen: [8000, 1],
    tokensRejected: [1, 8000],
  },
}

describe.each(Object.entries(extremes))('%s', (_, numbers) => {
  test.each(Object.entries(everyLoss))('%s', (_, loss) => {
    const { losses, gradients } = evaluatedPairs(numbers, loss)
    expect(losses.filter((value) => !Number.isFinite(value))).toEqual([])
    expect(
      Object.values(gradients)
        .flat()
        .filter((slope) => !Number.isFinite(slope)),
    ).toEqual([])
  })
})
