// What must hold whatever the log-probabilities are: how losses go over into each other, and linearity of sums.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exoLoss, robustDpoLoss } from '../../../src/ml/losses/noisy-labels.ts'
import { bcoLoss, ncaLoss } from '../../../src/ml/losses/absolute.ts'
import { divergenceScore } from '../../../src/ml/losses/divergence.ts'
import { rpoLoss, sftDpoLoss, sftLoss } from '../../../src/ml/losses/sft.ts'
import { dpopLoss, flexDpoLoss, lengthNormalisedDpoLoss, dpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { alphaPoLoss, simpoLoss } from '../../../src/ml/losses/simpo.ts'
import { ipoLoss, summedIpoLoss } from '../../../src/ml/losses/squared.ts'
import { weightedSum } from '../../../src/ml/losses/weighted-sum.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { evaluatedPairs, expectClose } from './evaluated.ts'
import { beta, holds, pairNumbers } from './same-loss.ts'

await openBackend()

holds('Flex-DPO with equal betas is DPO', (b) => [
  (pairs) => flexDpoLoss(pairs, { betaPlus: b, betaMinus: b }),
  (pairs) => dpoLoss(pairs, { beta: b }),
])

holds('DPO-Shift is Flex-DPO, its factor within beta-', (b) => [
  (pairs) => flexDpoLoss(pairs, { betaPlus: b, betaMinus: 0.75 * b }),
  ({ chosen, rejected }) => {
    const shifted = (t: tf.Tensor1D) => tf.mul<tf.Tensor1D>(0.75, t)
    const weaker = { ...rejected, policy: shifted(rejected.policy), reference: shifted(rejected.reference) }
    return dpoLoss({ chosen, rejected: weaker }, { beta: b })
  },
])

holds('SFT-DPO without gamma, RPO without alpha and DPOP without lambda are DPO', (b) => [
  (pairs) =>
    weightedSum([
      { losses: sftDpoLoss(pairs, { beta: b, gamma: 0 }), weight: 0.25 },
      { losses: rpoLoss(pairs, { beta: b, alpha: 0 }), weight: 0.25 },
      { losses: dpopLoss(pairs, { beta: b, lambda: 0 }), weight: 0.5 },
    ]),
  (pairs) => dpoLoss(pairs, { beta: b }),
])

holds('RPO is SFT-DPO whose gamma is alpha over the length', (b) => [
  (pairs) => rpoLoss(pairs, { beta: b, alpha: 0.5 }),
  (pairs) =>
    weightedSum([
      { losses: dpoLoss(pairs, { beta: b }), weight: 1 },
      { losses: sftLoss(pairs.chosen), weight: tf.div<tf.Tensor1D>(0.5, pairs.chosen.tokens) },
    ]),
])

holds('smoothing of 0 and margin of 0 change nothing, one by one or for all', (b) => [
  (pairs) =>
    dpoLoss(pairs, { beta: b, labelSmoothing: tf.zerosLike(pairs.chosen.tokens), margin: tf.scalar(0).as1D() }),
  (pairs) => dpoLoss(pairs, { beta: b, labelSmoothing: 0, margin: 0 }),
])

holds('robust DPO without flips is DPO', (b) => [
  (pairs) => robustDpoLoss(pairs, { beta: b, labelSmoothing: 0 }),
  (pairs) => dpoLoss(pairs, { beta: b }),
])

holds('cDPO is the mean of DPO and DPO of the flipped label', (b) => [
  (pairs) => dpoLoss(pairs, { beta: b, labelSmoothing: 0.3 }),
  (pairs) =>
    weightedSum([
      { losses: dpoLoss(pairs, { beta: b }), weight: 0.7 },
      { losses: dpoLoss({ chosen: pairs.rejected, rejected: pairs.chosen }, { beta: b }), weight: 0.3 },
    ]),
])

holds('alpha 0 is the forward KL and alpha 1 the reverse KL', () => [
  (pairs) => {
    const r = tf.mul<tf.Tensor1D>(0.05, pairs.chosen.policy)
    return tf.add(divergenceScore(r, { alpha: 0 }), divergenceScore(r, { alpha: 1 }))
  },
  (pairs) => {
    const r = tf.mul<tf.Tensor1D>(0.05, pairs.chosen.policy)
    // As deep as 15 nats down the forward KL is written out.
    return tf.add(tf.sub(1, tf.exp(tf.neg(r))), r)
  },
])

holds('AlphaPO at alpha 0 is SimPO', (b) => [
  (pairs) => alphaPoLoss(pairs, { beta: 10 * b, gamma: 0.5, alpha: 0 }),
  (pairs) => simpoLoss(pairs, { beta: 10 * b, gamma: 0.5 }),
])

holds('per token and on sums is the same where all responses are one token long', (b) => [
  (pairs) => {
    const one = tf.onesLike(pairs.chosen.tokens)
    const short = { chosen: { ...pairs.chosen, tokens: one }, rejected: { ...pairs.rejected, tokens: one } }
    return weightedSum([
      { losses: ipoLoss(short, { beta: b }), weight: 1e-4 },
      { losses: lengthNormalisedDpoLoss(short, { beta: b }), weight: 1 },
    ])
  },
  (pairs) =>
    weightedSum([
      { losses: summedIpoLoss(pairs, { eta: b }), weight: 1e-4 },
      { losses: dpoLoss(pairs, { beta: b }), weight: 1 },
    ]),
])

holds('a weighted sum is linear, also with a weight by pair', (b) => [
  (pairs) =>
    weightedSum([
      { losses: ncaLoss(pairs, { beta: b }), weight: tf.add<tf.Tensor1D>(pairs.chosen.tokens, 0.5) },
      { losses: bcoLoss(pairs, { beta: b }), weight: 2 },
    ]),
  (pairs) => {
    const nca = ncaLoss(pairs, { beta: b })
    const rest = tf.add<tf.Tensor1D>(tf.mul(nca, 0.5), tf.mul(bcoLoss(pairs, { beta: b }), 2))
    return tf.add(tf.mul(nca, pairs.chosen.tokens), rest)
  },
])

test('ln 2 where policy and reference agree; EXO is then the KL of a coin to the label', () => {
  fc.assert(
    fc.property(pairNumbers, beta, (numbers, b) => {
      const same = { ...numbers, referenceChosen: numbers.chosen, referenceRejected: numbers.rejected }
      const P = same.chosen.length
      const dpo = evaluatedPairs(same, (pairs) => dpoLoss(pairs, { beta: b }))
      expectClose(dpo.losses, Array<number>(P).fill(Math.LN2), { relative: 1e-6 })
      expectClose(dpo.gradients.chosen, Array<number>(P).fill(-b / 2 / P), { relative: 1e-5 })
      const exo = evaluatedPairs(same, (pairs) => exoLoss(pairs, { beta: b, labelSmoothing: 0.1 }))
      const coin = 0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1)
      expectClose(exo.losses, Array<number>(P).fill(coin), { relative: 1e-6 })
    }),
    { numRuns: 20 },
  )
})

test('robust DPO is unbiased: over right and flipped labels in their shares it is DPO on right ones', () => {
  const before = tensorsAlive()
  tf.tidy(() => {
    const side = (policy: number) => ({
      policy: tf.tensor1d([policy]),
      reference: tf.tensor1d([-5]),
      tokens: tf.tensor1d([3]),
    })
    const [better, worse] = [side(-4), side(-9)]
    const settings = { beta: 0.3, labelSmoothing: 0.2 }
    const mixed = weightedSum([
      { losses: robustDpoLoss({ chosen: better, rejected: worse }, settings), weight: 0.8 },
      { losses: robustDpoLoss({ chosen: worse, rejected: better }, settings), weight: 0.2 },
    ])
    const clean = dpoLoss({ chosen: better, rejected: worse }, { beta: 0.3 })
    expectClose([...mixed.dataSync()], [...clean.dataSync()], { relative: 1e-6 })
  })
  expect(tensorsAlive()).toBe(before)
})
