// The clipped policy loss on numbers worked by hand and at its extremes, and the weights by which a step adds it up.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  clippedPolicyLoss,
  tokenLosses,
  tokenWeights,
  type Clipping,
  type PolicyLosses,
} from '../../../src/ml/losses/policy-gradient.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend } from '../backend.ts'
import { evaluated, expectClose } from './evaluated.ts'
import { asTokens, step } from './sampled-tokens.ts'

await openBackend()

const ppo = { epsilonLow: 0.2, epsilonHigh: 0.2 }

/** Losses and readings of tokens whose log-ratios and advantages are given, and the gradients of the losses' sum by log pi. */
function read(logRatios: number[], advantages: number[], clipping: Clipping) {
  const readings = {} as Record<keyof PolicyLosses, number[]>
  const fixed = { oldLogps: logRatios.map(() => -1), advantages, weights: logRatios.map(() => 1) }
  const loss = (x: Record<string, tf.Tensor1D>) => {
    const found = clippedPolicyLoss(asTokens(x), clipping)
    for (const [name, tensor] of Object.entries(found)) readings[name as keyof PolicyLosses] = [...tensor.dataSync()]
    return found.losses
  }
  const found = evaluated({ logps: logRatios.map((x) => x - 1), ...fixed }, loss, ['logps'])
  return { values: found.losses, readings, gradients: found.gradients.logps!.map((x) => x * logRatios.length) }
}

describe('worked by hand', () => {
  const logs = [0.5, 0.5, 1, 1, 1.5, 1.5].map(Math.log)
  const signs = [1, -1, 1, -1, 1, -1]

  test('PPO: what goes too far the right way is clipped, what goes the wrong way is not', () => {
    const { values, gradients } = read(logs, signs, ppo)
    expectClose(values, [-0.5, 0.8, -1, 1, -1.2, 1.5], { relative: 1e-6 })
    expectClose(gradients, [-0.5, 0, -1, 1, 0, 1.5], { relative: 1e-6 })
  })

  test('readings of the same: ratio, approximate KL and clipping', () => {
    const { readings } = read(logs, signs, ppo)
    expectClose(readings.ratio, [0.5, 0.5, 1, 1, 1.5, 1.5], { relative: 1e-6 })
    const squares = logs.map((x) => (x * x) / 2)
    expectClose(readings.approxkl, squares, { relative: 1e-6 })
    expect(readings.clipLow).toEqual([0, 1, 0, 0, 0, 0])
    expect(readings.clipHigh).toEqual([0, 0, 0, 0, 1, 0])
    expect(readings.clipfrac).toEqual([0, 1, 0, 0, 1, 0])
  })

  test('at ratio 1 the gradient is exactly -A, neither halved nor doubled, with any bound', () => {
    const advantages = [3, -3, 0.25, 0]
    for (const clipping of [ppo, { ...ppo, delta: 3 }, { epsilonLow: 0.2, epsilonHigh: 0.28 }])
      expect(read([0, 0, 0, 0], advantages, clipping).gradients.map((x) => x + 0)).toEqual([-3, 3, -0.25, 0])
  })

  test('clip-higher lets a ratio of 1.25 teach', () => {
    const dapo = { epsilonLow: 0.2, epsilonHigh: 0.28 }
    expectClose(read([Math.log(1.25)], [1], ppo).gradients, [0])
    expectClose(read([Math.log(1.25)], [1], dapo).gradients, [-1.25])
  })

  test('delta bounds what a bad token costs, and ends its gradient', () => {
    const bounded = read([Math.log(2), Math.log(8), Math.log(8)], [-1, -1, 1], { ...ppo, delta: 3 })
    expectClose(bounded.values, [2, 3, -1.2])
    expectClose(bounded.gradients, [2, 0, 0])
  })
})

describe('extremes', () => {
  test('log-ratios of 200 either way stay finite, and pull back what went wrong', () => {
    const { values, gradients } = read([200, 200, -200, -200], [2, -2, 2, -2], ppo)
    expect([...values, ...gradients].every(Number.isFinite)).toBe(true)
    expectClose([values[0]!, ...values.slice(2)], [-2.4, 0, 1.6], { absolute: 1e-6 })
    expect(values[1]).toBeGreaterThan(1e13)
    expect(gradients[1]).toBeGreaterThan(1e13)
    expectClose([gradients[0]!, ...gradients.slice(2)], [0, 0, 0], { absolute: 1e-6 })
  })

  test('a response without tokens changes nothing but the number of responses', () => {
    const one = { logps: [-1, -2], old: [-1.1, -2], reference: [-1, -1.9], advantage: 1 }
    const none = { logps: [], old: [], reference: [], advantage: 1 }
    const given = { ...ppo, normalisation: 'grpo' as const, maxTokens: 4, over: 'mean' as const }
    expect(step([one, none], given).loss).toBeCloseTo(step([one], given).loss / 2, 6)
  })
})

test('entropy is taken off, and the KL added, by their factors', () => {
  const inputs = { policy: [1, 2], kl: [0.5, 0.25], entropies: [3, 4] }
  const found = evaluated(inputs, ({ policy, kl, entropies }) =>
    tokenLosses({
      policy: policy!,
      kl: { losses: kl!, beta: 0.1 },
      entropy: { entropies: tf.square(entropies!), coef: 0.01 },
    }),
  )
  expectClose(found.losses, [1 + 0.05 - 0.09, 2 + 0.025 - 0.16])
  expectClose(found.gradients.entropies, [-0.03, -0.04])
})

describe('weights of tokens', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 })

  test('worked by hand: responses of 1 and 3 tokens, at most 4', () => {
    const weights = (normalisation: 'grpo' | 'dapo' | 'dr_grpo') =>
      tokenWeights([1, 3], { normalisation, maxTokens: 4 })
    expect(weights('grpo')).toEqual([1 / 2, 1 / 6])
    expect(weights('dapo')).toEqual([1 / 4, 1 / 4])
    expect(weights('dr_grpo')).toEqual([1 / 8, 1 / 8])
  })

  test('over the tokens of a step they sum to 1, or to the mean length by the longest', () => {
    fc.assert(
      fc.property(lengths, (lengths) => {
        const total = (normalisation: 'grpo' | 'dapo' | 'dr_grpo') =>
          tokenWeights(lengths, { normalisation, maxTokens: 9 }).reduce((sum, w, i) => sum + w * lengths[i]!, 0)
        const [all, some] = [lengths.reduce((sum, n) => sum + n, 0), lengths.filter((n) => n > 0).length]
        expect(total('grpo')).toBeCloseTo(some / lengths.length, 9)
        expect(total('dapo')).toBeCloseTo(all > 0 ? 1 : 0, 9)
        expect(total('dr_grpo')).toBeCloseTo(all / lengths.length / 9, 9)
      }),
    )
  })
})
