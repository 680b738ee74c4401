// The DPO loss against TRL's numbers, numbers worked by hand, and its own differences.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dpoLoss } from '../../../src/ml/losses/dpo.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend, tensorsAlive } from '../backend.ts'

await openBackend()

type Case = {
  name: string
  beta: number
  inputs: Inputs
  losses: number[]
  gradChosen: number[]
  gradRejected: number[]
}
type Inputs = Record<'chosen' | 'rejected' | 'referenceChosen' | 'referenceRejected', number[]>

function evaluated(inputs: Inputs, beta: number) {
  const read = (name: keyof Inputs) => tf.tensor1d(inputs[name])
  const before = tensorsAlive()
  const result = tf.tidy(() => {
    const fixed = { referenceChosen: read('referenceChosen'), referenceRejected: read('referenceRejected') }
    const meanLoss = (chosen: tf.Tensor, rejected: tf.Tensor) =>
      tf.mean<tf.Scalar>(
        dpoLoss({ chosen: chosen as tf.Tensor1D, rejected: rejected as tf.Tensor1D, ...fixed }, { beta }).losses,
      )
    const policy = { chosen: read('chosen'), rejected: read('rejected') }
    const [gradChosen, gradRejected] = tf.grads(meanLoss)([policy.chosen, policy.rejected])
    const { losses, chosenRewards, rejectedRewards } = dpoLoss({ ...policy, ...fixed }, { beta })
    const numbers = { losses, chosenRewards, rejectedRewards, gradChosen: gradChosen!, gradRejected: gradRejected! }
    return Object.fromEntries(
      Object.entries(numbers).map(([name, tensor]) => [name, [...tensor.dataSync()] as number[]]),
    )
  })
  expect(tensorsAlive()).toBe(before)
  return result as Record<keyof typeof result, number[]>
}

function expectClose(found: number[] | undefined, wanted: number[], slack: number) {
  expect(found?.length).toBe(wanted.length)
  wanted.forEach((value, i) => expect(Math.abs(found![i]! - value)).toBeLessThanOrEqual(1e-7 + slack * Math.abs(value)))
}

const cases = JSON.parse(readFileSync(new URL('./dpo-cases.json', import.meta.url), 'utf8')) as Case[]

test.each(cases)('$name of TRL: losses and gradients', ({ beta, inputs, losses, gradChosen, gradRejected }) => {
  const found = evaluated(inputs, beta)
  expectClose(found.losses, losses, 1e-5)
  expectClose(found.gradChosen, gradChosen, 1e-5)
  expectClose(found.gradRejected, gradRejected, 1e-5)
})

test('worked by hand: beta 0.5, chosen up by 2, rejected down by 4', () => {
  const inputs = { chosen: [-8], rejected: [-24], referenceChosen: [-10], referenceRejected: [-20] }
  const found = evaluated(inputs, 0.5)
  expect(found.chosenRewards).toEqual([1])
  expect(found.rejectedRewards).toEqual([-2])
  expectClose(found.losses, [Math.log(1 + Math.exp(-3))], 1e-6)
  // d loss / d log pi+ = -beta sigmoid(-3)
  expectClose(found.gradChosen, [-0.5 / (1 + Math.exp(3))], 1e-6)
})

test('ln 2 where policy and reference agree, whatever the lengths', () => {
  const { losses } = evaluated(
    { chosen: [-3, -700], rejected: [-900, -1], referenceChosen: [-3, -700], referenceRejected: [-900, -1] },
    0.1,
  )
  expectClose(losses, [Math.LN2, Math.LN2], 1e-7)
})

test('the gradient is the difference quotient of the loss', () => {
  const inputs = { chosen: [-4, -9], rejected: [-6, -5], referenceChosen: [-5, -8], referenceRejected: [-5.5, -6] }
  const found = evaluated(inputs, 0.7)
  const h = 0.01
  for (const side of ['chosen', 'rejected'] as const) {
    const shifted = (by: number) => evaluated({ ...inputs, [side]: inputs[side].map((logp) => logp + by) }, 0.7).losses!
    const up = shifted(h)
    const down = shifted(-h)
    const gradient = side === 'chosen' ? found.gradChosen! : found.gradRejected!
    // The gradient is that of the mean over two pairs, each of which depends on its own entry alone.
    gradient.forEach((slope, i) => expect(Math.abs(slope - (up[i]! - down[i]!) / (2 * h) / 2)).toBeLessThan(2e-5))
  }
})
