// Evaluates a loss in float32: its values, the gradients of its mean by each input, and whether it left tensors behind.
import { expect } from 'vitest'
import { lossAndGradients } from '../../../src/ml/gradients.ts'
import type { PairLogProbs } from '../../../src/ml/losses/pairs.ts'
import * as tf from '../../../src/ml/tf.ts'
import { tensorsAlive } from '../backend.ts'

export type Numbers = Record<string, readonly number[]>
export type Vectors = Record<string, tf.Tensor1D>

/** Values of `loss` and gradients of its mean by the inputs in `by`; 0 for one that it does not read. */
export function evaluated(
  inputs: Numbers,
  loss: (inputs: Vectors) => tf.Tensor1D,
  by: readonly string[] = Object.keys(inputs),
): { losses: number[]; mean: number; gradients: Record<string, number[]> } {
  const before = tensorsAlive()
  const found = tf.tidy(() => {
    const state = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, tf.tensor1d([...values])]))
    const forward = () => {
      const losses = loss(state)
      return { loss: tf.mean<tf.Scalar>(losses), aux: { losses } }
    }
    const { loss: mean, aux, grads } = lossAndGradients(by, state, forward)
    const read = (tensor: tf.Tensor) => [...tensor.dataSync()] as number[]
    const gradients = Object.fromEntries(Object.entries(grads).map(([name, tensor]) => [name, read(tensor)]))
    return { losses: read(aux.losses!), mean: mean.dataSync()[0]!, gradients }
  })
  expect(tensorsAlive(), 'tensors left behind').toBe(before)
  return found
}

/** Pairs as arrays under flat names, so that each can be an input. */
export type PairNumbers = Record<
  'chosen' | 'rejected' | 'referenceChosen' | 'referenceRejected' | 'tokensChosen' | 'tokensRejected',
  readonly number[]
>

/** The tensors of `PairNumbers` as losses read them. */
export function asPairs(inputs: Vectors): PairLogProbs {
  const of = (name: keyof PairNumbers) => inputs[name]!
  return {
    chosen: { policy: of('chosen'), reference: of('referenceChosen'), tokens: of('tokensChosen') },
    rejected: { policy: of('rejected'), reference: of('referenceRejected'), tokens: of('tokensRejected') },
  }
}

/** A loss over pairs, with gradients by the policy's log-probabilities, `chosen` and `rejected`. */
export function evaluatedPairs(pairs: PairNumbers, loss: (pairs: PairLogProbs) => tf.Tensor1D) {
  return evaluated(pairs, (inputs) => loss(asPairs(inputs)), ['chosen', 'rejected'])
}

/** Each of `found` within `relative` of `wanted`, or within `absolute`, which defaults to what float32 rounds to 0. */
export function expectClose(
  found: readonly number[] | undefined,
  wanted: readonly number[],
  { relative = 1e-5, absolute = 1e-30, what = '' } = {},
): void {
  expect(found?.length, what).toBe(wanted.length)
  wanted.forEach((value, i) => {
    const off = Math.abs(found![i]! - value)
    expect(off <= absolute + relative * Math.abs(value), `${what}[${i}]: ${found![i]} for ${value}`).toBe(true)
  })
}
