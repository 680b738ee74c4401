// The toy's losses are those of ml/losses for responses of one token: value and both derivatives on random numbers, and by differences.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseToySettings, toyMethodNames } from '#contract'
import { apoZeroLoss, ncaLoss } from '../../../src/ml/losses/absolute.ts'
import { hingeLoss, slicLoss } from '../../../src/ml/losses/hinge.ts'
import { orpoLoss } from '../../../src/ml/losses/orpo.ts'
import type { PairLogProbs, SideLogProbs } from '../../../src/ml/losses/pairs.ts'
import { sftDpoLoss, sftLoss } from '../../../src/ml/losses/sft.ts'
import { dpoLoss, dpopLoss, flexDpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { simpoLoss } from '../../../src/ml/losses/simpo.ts'
import { calDpoLoss, summedIpoLoss } from '../../../src/ml/losses/squared.ts'
import { ktoLoss } from '../../../src/ml/losses/unpaired.ts'
import * as tf from '../../../src/ml/tf.ts'
import type { Tensor1D } from '../../../src/ml/tf.ts'
import { pairLoss, pairLossNames, type PairLossName, type PairPoint } from '../../../src/ml/toy/losses.ts'
import { openBackend } from '../backend.ts'
import { evaluatedPairs, expectClose } from '../losses/evaluated.ts'
import { coefficients as c } from './plans.ts'

await openBackend()

const KL = 0.7
const marked = (side: SideLogProbs, good: boolean) => ({
  ...side,
  desirable: good ? tf.onesLike(side.policy) : tf.zerosLike(side.policy),
})

const tensorLosses: Record<PairLossName, (pairs: PairLogProbs) => Tensor1D> = {
  dpo: (pairs) => dpoLoss(pairs, { beta: c.beta, labelSmoothing: c.label_smoothing }),
  'flex-dpo': (pairs) => flexDpoLoss(pairs, { betaPlus: c.beta_plus, betaMinus: c.beta_minus }),
  'sft-dpo': (pairs) => sftDpoLoss(pairs, { beta: c.beta, gamma: c.gamma }),
  dpop: (pairs) => dpopLoss(pairs, { beta: c.beta, lambda: c.dpop_lambda }),
  'ipo-sums': (pairs) => summedIpoLoss(pairs, { eta: c.eta }),
  slic: (pairs) => slicLoss(pairs, { delta: c.slic_delta, eta: c.slic_eta }),
  hinge: (pairs) => hingeLoss(pairs, { beta: c.beta }),
  nca: (pairs) => ncaLoss(pairs, { beta: c.beta }),
  'apo-zero': (pairs) => apoZeroLoss(pairs, { beta: c.beta }),
  kto({ chosen, rejected }) {
    const settings = {
      beta: c.beta,
      kl: KL,
      desirableWeight: c.desirable_weight,
      undesirableWeight: c.undesirable_weight,
    }
    return tf.add(ktoLoss(marked(chosen, true), settings), ktoLoss(marked(rejected, false), settings))
  },
  'cal-dpo': (pairs) => calDpoLoss(pairs, { beta: c.beta }),
  simpo: (pairs) => simpoLoss(pairs, { beta: c.simpo_beta, gamma: c.simpo_gamma }),
  orpo: (pairs) => orpoLoss(pairs, { lambda: c.odds_weight, nllWeight: 1 }),
  sft: ({ chosen }) => sftLoss(chosen),
}

// Sixty-fourths, which float32 adds exactly: at a kink both sides stand on the same side of it.
const logProb = fc.integer({ min: -2560, max: -3 }).map((n) => n / 64)
const points = fc.array(fc.tuple(logProb, logProb, logProb, logProb), { minLength: 1, maxLength: 5 })

const pointOf = ([chosen, rejected, referenceChosen, referenceRejected]: number[]): PairPoint => ({
  ...{ chosen: chosen!, rejected: rejected!, kl: KL },
  ...{ referenceChosen: referenceChosen!, referenceRejected: referenceRejected! },
})

test.each(pairLossNames)('%s is the loss of ml/losses', (name) => {
  fc.assert(
    fc.property(points, (rows) => {
      const column = (i: number) => rows.map((row) => row[i]!)
      const ones = rows.map(() => 1)
      const numbers = {
        ...{ chosen: column(0), rejected: column(1), referenceChosen: column(2), referenceRejected: column(3) },
        ...{ tokensChosen: ones, tokensRejected: ones },
      }
      const tensors = evaluatedPairs(numbers, tensorLosses[name])
      const own = rows.map((row) => pairLoss(name, c)(pointOf(row)))
      const near = { relative: 2e-4, absolute: 2e-5, what: name }
      expectClose(
        tensors.losses,
        own.map(({ loss }) => loss),
        near,
      )
      // Gradients there are of the mean.
      expectClose(
        tensors.gradients.chosen?.map((g) => g * rows.length),
        own.map(({ chosen }) => chosen),
        near,
      )
      expectClose(
        tensors.gradients.rejected?.map((g) => g * rows.length),
        own.map(({ rejected }) => rejected),
        near,
      )
    }),
    { numRuns: 25 },
  )
})

test.each(pairLossNames)('the derivatives of %s are those of its value', (name) => {
  const loss = pairLoss(name, c)
  const step = 1e-5
  // Away from the kinks of hinge, SLiC and DPOP.
  for (const row of [
    [-1.2, -7, -2.1, -2.3],
    [-30, -0.4, -2, -9],
    [-4, -300, -2.1, -3.9],
  ]) {
    const at = loss(pointOf(row))
    const slope = (side: 0 | 1) => {
      const moved = (by: number) => loss(pointOf(row.map((value, i) => (i === side ? value + by : value)))).loss
      return (moved(step) - moved(-step)) / (2 * step)
    }
    expect(Math.abs(slope(0) - at.chosen)).toBeLessThan(1e-6 * Math.max(1, Math.abs(at.chosen)))
    expect(Math.abs(slope(1) - at.rejected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(at.rejected)))
  }
})

test('pairs that float32 could not hold stay finite, and DPO still pulls at both sides alike', () => {
  for (const name of pairLossNames)
    for (const row of [
      [-1e-9, -5000, -2, -2],
      [-5000, -1e-9, -2, -2],
    ]) {
      const at = pairLoss(name, c)(pointOf(row))
      expect(Object.values(at).every(Number.isFinite), name).toBe(true)
    }
  const { chosen, rejected } = pairLoss('dpo', { ...c, label_smoothing: 0 })(pointOf([-1, -2000, -2, -2]))
  expect(chosen).toBe(-rejected)
  expect(rejected).toBeGreaterThan(0)
})

test('an unknown loss and a missing coefficient are said', () => {
  expect(() => pairLoss('dpoo', c)).toThrow('no loss named dpoo')
  expect(() => pairLoss('dpo', {})(pointOf([-1, -1, -1, -1]))).toThrow('beta must be a number')
})

test('the methods of the contract are the losses and ppo, and each is given all that it reads', () => {
  expect(toyMethodNames.toSorted()).toEqual([...pairLossNames, 'ppo'].toSorted())
  for (const method of pairLossNames)
    expect(() => pairLoss(method, parseToySettings({ method }))(pointOf([-1, -2, -3, -4])), method).not.toThrow()
})
