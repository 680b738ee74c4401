// Steps of GRPO, DAPO, Dr. GRPO, GSPO and RLOO beside TRL's formulas and the difference quotients of these.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openBackend } from '../backend.ts'
import { expectClose } from './evaluated.ts'
import { step } from './sampled-tokens.ts'
import { grpoStepLoss, quotients, ratios, rlooStepLoss, sampled, type Response } from './trl-policy.ts'

await openBackend()

const ppo = { epsilonLow: 0.2, epsilonHigh: 0.2 }

const settings = fc.record({
  lossType: fc.constantFrom('grpo' as const, 'dapo' as const, 'dr_grpo' as const),
  level: fc.constantFrom('token' as const, 'sequence' as const),
  epsilonLow: fc.constantFrom(0.1, 0.2),
  epsilonHigh: fc.constantFrom(0.2, 0.28),
  delta: fc.constantFrom(undefined, 1.5),
  beta: fc.constantFrom(0, 0.04, 1),
  biasCorrected: fc.boolean(),
  maxTokens: fc.constantFrom(4, 16),
})

const smooth = (responses: readonly Response[], level: 'token' | 'sequence' | 'sum', ends: number[]) =>
  responses.every((one) => ratios(one, level).every((r) => ends.every((end) => Math.abs(r - end) > 1e-3)))

test('a step of GRPO, DAPO or Dr. GRPO, by token or sequence: loss and gradients; none by what is fixed', () => {
  fc.assert(
    fc.property(sampled, settings, (responses, given) => {
      const { lossType, level, delta, ...same } = given
      fc.pre(smooth(responses, level, [1 - given.epsilonLow, 1 + given.epsilonHigh, delta ?? 0]))
      const found = step(responses, {
        ...same,
        ...(delta && { delta }),
        normalisation: lossType,
        ...(level === 'sequence' && { over: 'mean' }),
      })
      const trl = { ...same, lossType, level, ...(delta && { delta }) }
      const loss = (moved: readonly Response[]) => grpoStepLoss(moved, trl)
      expectClose([found.loss], [loss(responses)], { relative: 1e-4, absolute: 1e-5 })
      expectGradients(found.gradients, quotients(responses, loss))
    }),
    { numRuns: 150 },
  )
})

test('a step of RLOO: responses by the sum of their log-ratios', () => {
  fc.assert(
    fc.property(sampled, (responses) => {
      fc.pre(smooth(responses, 'sum', [0.8, 1.2]))
      const found = step(responses, { ...ppo, normalisation: 'grpo', maxTokens: 16, over: 'sum' })
      const loss = (moved: readonly Response[]) => rlooStepLoss(moved, ppo)
      expectClose([found.loss], [loss(responses)], { relative: 1e-4, absolute: 1e-5 })
      expectGradients(found.gradients, quotients(responses, loss))
    }),
    { numRuns: 60 },
  )
})

/** The last token is padding. */
function expectGradients(found: Record<string, number[]>, wanted: readonly number[]) {
  expectClose(found.logps, [...wanted, 0], { relative: 1e-3, absolute: 2e-5 })
  for (const name of ['oldLogps', 'referenceLogps', 'advantages'])
    expect(found[name]!.every((slope) => slope === 0)).toBe(true)
}
