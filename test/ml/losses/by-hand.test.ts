// Losses without a golden case on numbers that can be worked out by hand.
import { describe, expect, test } from 'vitest'
import { hingeLoss, slicLoss } from '../../../src/ml/losses/hinge.ts'
import type { PairLogProbs } from '../../../src/ml/losses/pairs.ts'
import { sftDpoLoss, sftLoss, tokenMeanWeight } from '../../../src/ml/losses/sft.ts'
import { flexDpoLoss, dpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { calDpoLoss, sppoLoss, summedIpoLoss } from '../../../src/ml/losses/squared.ts'
import { bradleyTerryLoss } from '../../../src/ml/losses/reward-model.ts'
import { weightedSum } from '../../../src/ml/losses/weighted-sum.ts'
import { wpoWeights } from '../../../src/ml/losses/wpo.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend } from '../backend.ts'
import { evaluated, evaluatedPairs, expectClose } from './evaluated.ts'

await openBackend()

// The chosen response is 2 nats above the reference, the rejected one 4 below it: h_w = 2, h_l = -4, Delta = 6.
const pair = {
  chosen: [-8],
  rejected: [-24],
  referenceChosen: [-10],
  referenceRejected: [-20],
  tokensChosen: [4],
  tokensRejected: [6],
}
const atLogistic = (z: number) => Math.log(1 + Math.exp(-z))
const above = (z: number) => 1 / (1 + Math.exp(z)) // sigmoid(-z)

type Row = [
  name: string,
  loss: (pairs: PairLogProbs) => tf.Tensor1D,
  wanted: { loss: number; chosen: number; rejected: number },
]

const rows: readonly Row[] = [
  [
    'Flex-DPO: 0.5 * 2 + 0.25 * 4 = 2',
    (pairs) => flexDpoLoss(pairs, { betaPlus: 0.5, betaMinus: 0.25 }),
    { loss: atLogistic(2), chosen: -0.5 * above(2), rejected: 0.25 * above(2) },
  ],
  [
    'SFT-DPO: DPO at 0.5 * 6 = 3, and 0.01 of 8 nats',
    (pairs) => sftDpoLoss(pairs, { beta: 0.5, gamma: 0.01 }),
    { loss: atLogistic(3) + 0.08, chosen: -0.5 * above(3) - 0.01, rejected: 0.5 * above(3) },
  ],
  [
    'DPO with a margin of 3: as if policy and reference agreed',
    (pairs) => dpoLoss(pairs, { beta: 0.5, margin: tf.tensor1d([3]) }),
    { loss: Math.LN2, chosen: -0.25, rejected: 0.25 },
  ],
  [
    'DPO with a label that says nothing: the mean of both labels',
    (pairs) => dpoLoss(pairs, { beta: 0.5, labelSmoothing: tf.tensor1d([0.5]) }),
    { loss: (atLogistic(3) + atLogistic(-3)) / 2, chosen: 0.5 * (0.5 - above(3)), rejected: 0.5 * (above(3) - 0.5) },
  ],
  [
    'IPO on sums: 6 against a target of 5',
    (pairs) => summedIpoLoss(pairs, { eta: 0.1 }),
    { loss: 1, chosen: 2, rejected: -2 },
  ],
  [
    'Cal-DPO: targets of 5 and -5, off by 3 and 1',
    (pairs) => calDpoLoss(pairs, { beta: 0.1 }),
    { loss: atLogistic(6) + 5, chosen: -above(6) - 3, rejected: above(6) + 1 },
  ],
  [
    'SPPO at P = 0.75 and beta = 0.25: targets of 1 and -1',
    (pairs) => sppoLoss(pairs, { beta: 0.25, preference: tf.tensor1d([0.75]) }),
    { loss: 1 + 9, chosen: 2, rejected: -6 },
  ],
  [
    'SLiC: 16 nats apart, beyond the margin, so likelihood alone',
    (pairs) => slicLoss(pairs, { delta: 5, eta: 0.25 }),
    { loss: 2, chosen: -0.25, rejected: 0 },
  ],
  [
    'SLiC within a margin of 20: 4 short of it',
    (pairs) => slicLoss(pairs, { delta: 20, eta: 0.25 }),
    { loss: 4 + 2, chosen: -1.25, rejected: 1 },
  ],
  [
    'hinge with a margin of 1: 0.25 * 6 is 0.5 short of 2',
    (pairs) => hingeLoss(pairs, { beta: 0.25, margin: 1 }),
    { loss: 0.5, chosen: -0.25, rejected: 0.25 },
  ],
  [
    'hinge at the kink has no gradient',
    (pairs) => hingeLoss(pairs, { beta: 0.25, margin: 0.5 }),
    { loss: 0, chosen: 0, rejected: 0 },
  ],
  ['SFT is a sum', (pairs) => sftLoss(pairs.chosen), { loss: 8, chosen: -1, rejected: 0 }],
]

describe('one pair', () => {
  test.each(rows)('%s', (_, loss, wanted) => {
    const found = evaluatedPairs(pair, loss)
    expectClose(found.losses, [wanted.loss], { relative: 1e-6 })
    expectClose(found.gradients.chosen, [wanted.chosen], { relative: 2e-6 })
    expectClose(found.gradients.rejected, [wanted.rejected], { relative: 2e-6 })
  })
})

describe('reward model', () => {
  test('margin and centring: 3 - 1 - 2 = 0, and 0.1 of (3 + 1)^2', () => {
    const found = evaluated({ chosen: [3], rejected: [1] }, ({ chosen, rejected }) =>
      bradleyTerryLoss({ chosen: chosen!, rejected: rejected! }, { margin: tf.tensor1d([2]), centring: 0.1 }),
    )
    expectClose(found.losses, [Math.LN2 + 1.6], { relative: 1e-6 })
    expectClose(found.gradients.chosen, [-0.5 + 0.8], { relative: 1e-6 })
    expectClose(found.gradients.rejected, [0.5 + 0.8], { relative: 1e-6 })
  })

  test('a plain pair, and one whose label is as likely wrong as right', () => {
    const rewards = { chosen: [2, 2], rejected: [0.5, 0.5] }
    const found = evaluated(rewards, ({ chosen, rejected }) =>
      bradleyTerryLoss({ chosen: chosen!, rejected: rejected! }, { labelSmoothing: tf.tensor1d([0, 0.5]) }),
    )
    expectClose(found.losses, [atLogistic(1.5), atLogistic(1.5) + 0.75], { relative: 1e-6 })
    expectClose(found.gradients.chosen, [-above(1.5) / 2, (0.5 - above(1.5)) / 2], { relative: 1e-6 })
  })
})

test('WPO weighs by exp of both means, and no gradient goes through the weight', () => {
  const found = evaluated({ chosen: [0.5, -3], rejected: [-1, -2], losses: [2, 4] }, ({ chosen, rejected, losses }) => {
    const weight = wpoWeights({ chosen: chosen!, rejected: rejected! })
    return weightedSum([{ losses: losses!, weight }])
  })
  expectClose(found.losses, [2 * Math.exp(-0.5), 4 * Math.exp(-5)], { relative: 1e-6 })
  expect([found.gradients.chosen, found.gradients.rejected]).toEqual([
    [0, 0],
    [0, 0],
  ])
  expectClose(found.gradients.losses, [Math.exp(-0.5) / 2, Math.exp(-5) / 2], { relative: 1e-6 })
})

test('the weight of the token mean: of 2 and 6 tokens each counts for an eighth', () => {
  expect(tokenMeanWeight([2, 6])).toBe(0.25)
  expect(tokenMeanWeight([])).toBe(0)
  expect(tokenMeanWeight([0, 0])).toBe(0)
})
