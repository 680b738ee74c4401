// Every gradient of the toy that is written by hand, against finite differences in float64.
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../../src/ml/random.ts'
import { setLogits } from '../../../src/ml/toy/fit.ts'
import { openObjective } from '../../../src/ml/toy/objectives.ts'
import type { ToySettings } from '../../../src/ml/toy/plan.ts'
import { logSoftmax, openPolicy, type Policy } from '../../../src/ml/toy/policy.ts'
import { geometry } from '../../../src/ml/toy/readings.ts'
import { pairsAt, startRow } from '../../../src/ml/toy/scenarios.ts'
import { coefficients, toySettings } from './plans.ts'

const shapes: [string, Partial<ToySettings>][] = [
  ['tabular', { model: 'tabular' }],
  ['MLP of one layer', { layers: 1 }],
  ['MLP of three layers', { layers: 3, width: 12 }],
  ['transformer', { model: 'transformer', width: 6 }],
  ['transformer over five prompts', { model: 'transformer', width: 6, prompts: 5, responses: 13 }],
]

const random = randomStream(3, 'toy gradients')
/** Moves every parameter, so that nothing stands at a symmetric place. */
function stirred(policy: Policy): Policy {
  const { values } = policy.parameters
  for (let i = 0; i < values.length; i++) values[i]! += 0.3 * random.normal(i)
  return policy
}

/** Largest difference between `gradient` and differences of `value` in some of the parameters, against the gradient's size. */
function off(policy: Policy, value: () => number, gradient: Float64Array): number {
  const { values } = policy.parameters
  const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / gradient.length)
  let most = 0
  for (let n = 0; n < 60; n++) {
    const i = random.integer(1000 + n, values.length)
    const [before, step] = [values[i]!, 1e-6]
    values[i] = before + step
    const up = value()
    values[i] = before - step
    const down = value()
    values[i] = before
    most = Math.max(most, Math.abs((up - down) / (2 * step) - gradient[i]!))
  }
  return most / size
}

describe.each(shapes)('%s', (_, shape) => {
  const settings = toySettings(shape)
  const { prompts: P, responses: R } = settings

  test('backward is the gradient of logits', () => {
    const policy = stirred(openPolicy(settings, 1, 'test'))
    const weights = Float64Array.from({ length: P * R }, (_, i) => random.normal(500 + i))
    const value = () => policy.logits().reduce((sum, logit, i) => sum + weights[i]! * logit, 0)
    value()
    policy.backward(weights)
    expect(off(policy, value, policy.parameters.gradient.slice())).toBeLessThan(1e-5)
  })

  test('the readout is set exactly', () => {
    const policy = openPolicy(settings, 2, 'test')
    const row = startRow('3', settings)
    setLogits(policy, row)
    const logp = logSoftmax(policy.logits(), R, new Float64Array(P * R))
    logp.forEach((at, i) => expect(Math.abs(at - row[i % R]!)).toBeLessThan(1e-11))
  })

  test('geometry is made of the gradients of log pi', () => {
    const policy = stirred(openPolicy(settings, 1, 'test'))
    const pairs = pairsAt(0, settings, 0)
    const logp = () => logSoftmax(policy.logits(), R, new Float64Array(P * R))
    const standing = { logp: logp(), reference: new Float64Array(P * R).fill(Math.log(1 / R)) }
    const outer = new Float64Array(P * R)
    openObjective(settings, 0).step(standing, pairs, outer)
    const read = geometry(policy, standing, pairs, outer, settings)
    const { values } = policy.parameters
    // Every parameter by differences: [d log pi(a+), d log pi(a-)] of each prompt.
    const slopes = [...values.keys()].map((i) => {
      const before = values[i]!
      values[i] = before + 1e-5
      const up = logp()
      values[i] = before - 1e-5
      const down = logp()
      values[i] = before
      return pairs.map((rejected, p) => [p * R + p, p * R + rejected].map((at) => (up[at]! - down[at]!) / 2e-5))
    })
    const mean = (of: (chosen: number, rejected: number) => number) =>
      slopes.reduce((sum, pair) => sum + pair.reduce((s, [a, b]) => s + of(a!, b!), 0), 0) / P
    const expectNear = (name: string, wanted: number) =>
      expect(Math.abs(read[name]! - wanted), name).toBeLessThan(1e-3 * Math.abs(read['geometry/chosen']!))
    expectNear(
      'geometry/chosen',
      mean((a) => a * a),
    )
    expectNear(
      'geometry/rejected',
      mean((_, b) => b * b),
    )
    expectNear(
      'geometry/dot',
      mean((a, b) => a * b),
    )
    // A small step down the loss moves the chosen log-probabilities as the speed says.
    policy.logits()
    policy.backward(outer)
    const rate = 1e-6
    for (let i = 0; i < values.length; i++) values[i]! -= rate * policy.parameters.gradient[i]!
    const after = logp()
    const change = pairs.reduce((sum, _, p) => sum + (after[p * R + p]! - standing.logp[p * R + p]!) / P, 0)
    expect(Math.abs(change / rate - read['geometry/speed']!)).toBeLessThan(1e-3 * Math.abs(read['geometry/speed']!))
  })
})

test.each(['dpo', 'flex-dpo', 'slic', 'ppo'])('the logits get the gradient of the loss: %s', (method) => {
  const settings = toySettings({ ...coefficients, method, width: 8 })
  const { prompts: P, responses: R } = settings
  const pairs = pairsAt(0, settings, 0)
  const logits = Float64Array.from({ length: P * R }, (_, i) => random.normal(900 + i))
  const reference = logSoftmax(
    Float64Array.from(logits, (l) => l / 2),
    R,
    new Float64Array(P * R),
  )
  const policyAt = (change: number, at: number) =>
    logSoftmax(
      Float64Array.from(logits, (l, i) => (i === at ? l + change : l)),
      R,
      new Float64Array(P * R),
    )
  const objective = openObjective(settings, 0)
  const outer = new Float64Array(P * R)
  // PPO looks at the policy at its first step and again after `ppo_passes`: all that follows here lies between.
  objective.step({ logp: policyAt(0.3, 5), reference }, pairs, outer)
  objective.step({ logp: policyAt(0, 0), reference }, pairs, outer)
  const wanted = outer.slice()
  for (const at of [0, 4, 11, 18, 27, 39]) {
    const lossAt = (change: number) => {
      const fresh = openObjective(settings, 0)
      if (method === 'ppo') fresh.step({ logp: policyAt(0.3, 5), reference }, pairs, new Float64Array(P * R))
      return fresh.step({ logp: policyAt(change, at), reference }, pairs, new Float64Array(P * R)).loss
    }
    const slope = (lossAt(1e-6) - lossAt(-1e-6)) / 2e-6
    expect(Math.abs(slope - wanted[at]!), `${method} ${at}`).toBeLessThan(1e-7)
  }
})
