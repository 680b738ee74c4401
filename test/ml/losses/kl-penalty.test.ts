// The KL penalty of GRPO: by hand, near and far from the reference, and what its gradient is the gradient of.
import { expect, test } from 'vitest'
import { clippedPolicyLoss, klPenalty } from '../../../src/ml/losses/policy-gradient.ts'
import { openBackend } from '../backend.ts'
import { evaluated, expectClose, type Numbers } from './evaluated.ts'

await openBackend()

const ppo = { epsilonLow: 0.2, epsilonHigh: 0.2 }

const kl = (inputs: Numbers, corrected: boolean, old = inputs.logps!) =>
  evaluated(
    { ...inputs, old, weights: inputs.logps!.map(() => 1) },
    (x) => {
      const tokens = { logps: x.logps!, referenceLogps: x.referenceLogps!, weights: x.weights! }
      if (!corrected) return klPenalty(tokens)
      const sampledTokens = { ...tokens, oldLogps: x.old!, advantages: x.weights! }
      return klPenalty(tokens, { ratio: clippedPolicyLoss(sampledTokens, ppo).ratio })
    },
    ['logps', 'referenceLogps'],
  )

test('worked by hand: twice and half as sure as the reference', () => {
  const found = kl({ logps: [-1, -1, -1], referenceLogps: [-1 - Math.LN2, -1 + Math.LN2, -1] }, false)
  expectClose(found.losses, [0.5 - 1 + Math.LN2, 2 - 1 - Math.LN2, 0], { relative: 1e-5 })
  expectClose(
    found.gradients.logps!.map((x) => x * 3),
    [0.5, -1, 0],
    { relative: 1e-5 },
  )
  expect(found.gradients.referenceLogps).toEqual([0, 0, 0])
})

test('near the reference it is half the square, and far from it finite', () => {
  expectClose(kl({ logps: [-1], referenceLogps: [-1.0009765625] }, false).losses, [0.0009765625 ** 2 / 2], {
    relative: 2e-3,
  })
  const far = kl({ logps: [-300, -1], referenceLogps: [-1, -300] }, false)
  expect([...far.losses, ...far.gradients.logps!].every(Number.isFinite)).toBe(true)
})

test('in the mean over tokens it has the gradient of KL(pi_ref || pi), and times the ratio that of KL(pi || pi_ref)', () => {
  const [p, q] = [
    [0.5, 0.3, 0.2],
    [0.2, 0.2, 0.6],
  ]
  // By the logits z: the mean over tokens v of k_v d log p_v / dz_u, with d log p_v / dz_u = [u = v] - p_u.
  const byLogits = (slopes: readonly number[]) =>
    p.map((share, u) => p.reduce((sum, pv, v) => sum + pv * slopes[v]! * ((u === v ? 1 : 0) - share), 0))
  const slopes = (corrected: boolean) =>
    kl({ logps: p.map(Math.log), referenceLogps: q.map(Math.log) }, corrected).gradients.logps!.map((x) => x * 3)
  const divergence = p.reduce((sum, pv, v) => sum + pv * Math.log(pv / q[v]!), 0)
  expectClose(
    byLogits(slopes(false)),
    p.map((pv, v) => pv - q[v]!),
    { absolute: 1e-6 },
  )
  const reverse = p.map((pv, v) => pv * (Math.log(pv / q[v]!) - divergence))
  expectClose(byLogits(slopes(true)), reverse, { absolute: 1e-6 })
})
