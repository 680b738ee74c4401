// Rewards of tokens and GAE on numbers worked by hand, on properties, and beside TRL's own loop over padded arrays.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  gae,
  klPerToken,
  penalisedScore,
  sequenceReward,
  tokenRewards,
  whitened,
} from '../../../src/ml/sampling/advantages.ts'
import { close, floats, meanOf, some, sum, variance } from './numbers.ts'

describe('KL and rewards', () => {
  test('k1 is the log-ratio and k3 bends it above 0: policy twice and half as sure as the reference', () => {
    const [policy, reference] = [
      [Math.log(0.5), Math.log(0.25), -3],
      [Math.log(0.25), Math.log(0.5), -3],
    ]
    close(klPerToken(policy, reference, 'k1'), [Math.LN2, -Math.LN2, 0], 6)
    close(klPerToken(policy, reference, 'k3'), [0.5 - 1 + Math.LN2, 2 - 1 - Math.LN2, 0], 6)
    expect(klPerToken([], [], 'k3')).toEqual(floats())
    expect(() => klPerToken([1], [], 'k1')).toThrow('1 log-probabilities beside 0')
  })

  test('the mean of either over all tokens is the KL divergence, and k3 is never below 0', () => {
    const logits = fc.tuple(some(4, 4), some(4, 4))
    const logSoftmax = (z: readonly number[]) => z.map((x) => x - Math.log(sum(z.map(Math.exp))))
    fc.assert(
      fc.property(logits, ([a, b]) => {
        const [logp, logq] = [logSoftmax(a), logSoftmax(b)]
        const divergence = sum(logp.map((x, v) => Math.exp(x) * (x - logq[v]!)))
        for (const estimator of ['k1', 'k3'] as const) {
          const estimates = klPerToken(logp, logq, estimator)
          const scale = Math.max(1, ...estimates.map((kl, v) => Math.abs(kl) * Math.exp(logp[v]!)))
          expect(sum(estimates.map((kl, v) => kl * Math.exp(logp[v]!))) / scale).toBeCloseTo(divergence / scale, 4)
          if (estimator === 'k3') expect(Math.min(...estimates)).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  test('each token pays for its KL, and the last one gets the score', () => {
    close(tokenRewards(floats(1, -2, 4), 10, 0.5), [-0.5, 1, 8])
    close(tokenRewards(floats(1), 10, 0), [10])
    expect(tokenRewards(floats(), 10, 0.5)).toEqual(floats())
    expect(sequenceReward(floats(1, -2, 4), 10, 0.5)).toBeCloseTo(8.5, 6)
    expect(sequenceReward(floats(), 10, 0.5)).toBe(10)
  })

  test('a response that was cut off pays the penalty, if there is one', () => {
    expect(penalisedScore(2, { ended: true, missingEosPenalty: 1 })).toBe(2)
    expect(penalisedScore(2, { ended: false, missingEosPenalty: 1 })).toBe(1)
    expect(penalisedScore(2, { ended: false })).toBe(2)
  })
})

describe('GAE', () => {
  test('worked by hand: gamma 0.5, lam 0.5', () => {
    // delta: 8 - 4 = 4 at the end, 0 + 2 - 2 = 0 before it, 1 + 1 - 1 = 1 at first; a quarter of what comes later is added.
    const { advantages, returns } = gae({ rewards: floats(1, 0, 8), values: floats(1, 2, 4) }, { gamma: 0.5, lam: 0.5 })
    close(advantages, [1 + 0.25 * (0 + 0.25 * 4), 1, 4])
    close(returns, [2.25, 3, 8])
  })

  const response = some(1).chain((rewards) => fc.tuple(fc.constant(rewards), some(rewards.length, rewards.length)))

  test('gamma 1 and lam 1: reward to go less value, whose return is the reward to go', () => {
    fc.assert(
      fc.property(response, ([rewards, values]) => {
        const found = gae({ rewards: floats(...rewards), values: floats(...values) }, { gamma: 1, lam: 1 })
        const toGo = rewards.map((_, t) => sum(rewards.slice(t)))
        close(
          found.advantages,
          toGo.map((g, t) => g - values[t]!),
        )
        close(found.returns, toGo)
      }),
    )
  })

  test('lam 0: what the next value and the reward say against the value', () => {
    fc.assert(
      fc.property(response, ([rewards, values]) => {
        const { advantages } = gae({ rewards: floats(...rewards), values: floats(...values) }, { gamma: 0.9, lam: 0 })
        close(
          advantages,
          rewards.map((r, t) => r + 0.9 * (values[t + 1] ?? 0) - values[t]!),
        )
      }),
    )
  })

  test('responses of a batch get what the loop of TRL over the padded batch gives them, whitened too', () => {
    fc.assert(
      fc.property(fc.array(response, { minLength: 1, maxLength: 5 }), (batch) => {
        const wanted = ofTrl(batch, { gamma: 0.95, lam: 0.9 })
        const found = batch.map(([rewards, values]) =>
          gae({ rewards: floats(...rewards), values: floats(...values) }, { gamma: 0.95, lam: 0.9 }),
        )
        found.forEach(({ advantages, returns }, i) => {
          close(advantages, wanted.advantages[i]!)
          close(returns, wanted.returns[i]!)
        })
        fc.pre(wanted.variance > 1e-2)
        whitened(found.map(({ advantages }) => advantages)).forEach((numbers, i) =>
          close(numbers, wanted.whitened[i]!, 3),
        )
      }),
    )
  })

  test('values for other rewards are refused', () => {
    expect(() => gae({ rewards: floats(1), values: floats() }, { gamma: 1, lam: 1 })).toThrow('1 rewards beside 0')
  })
})

/** compute advantages and masked_whiten of TRL's last ppo_trainer.py, on arrays padded to one width. */
function ofTrl(batch: readonly (readonly number[][])[], { gamma, lam }: { gamma: number; lam: number }) {
  const width = Math.max(...batch.map(([rewards]) => rewards!.length))
  const padded = (side: number) => batch.map((one) => Array.from({ length: width }, (_, t) => one[side]![t] ?? 0))
  const [rewards, values] = [padded(0), padded(1)]
  const advantages = rewards.map((row) => row.map(() => 0))
  const lastgaelam = rewards.map(() => 0)
  for (let t = width - 1; t >= 0; t--)
    rewards.forEach((row, i) => {
      const nextvalue = t < width - 1 ? values[i]![t + 1]! : 0
      const delta = row[t]! + gamma * nextvalue - values[i]![t]!
      lastgaelam[i] = delta + gamma * lam * lastgaelam[i]!
      advantages[i]![t] = lastgaelam[i]!
    })
  const cut = (rows: number[][]) => rows.map((row, i) => row.slice(0, batch[i]![0]!.length))
  const valid = cut(advantages).flat()
  const [mean, spread] = [meanOf(valid), variance(valid)]
  return {
    advantages: cut(advantages),
    returns: cut(advantages.map((row, i) => row.map((a, t) => a + values[i]![t]!))),
    whitened: cut(advantages).map((row) => row.map((a) => (a - mean) / Math.sqrt(spread + 1e-8))),
    variance: spread,
  }
}
