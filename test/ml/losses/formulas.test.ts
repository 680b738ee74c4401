// Losses and settings without a golden case: values against the formula in float64, gradients against its difference quotients.
import { describe, test } from 'vitest'
import { cpoLoss } from '../../../src/ml/losses/cpo.ts'
import { discopopLoss } from '../../../src/ml/losses/discopop.ts'
import { hingeLoss, slicLoss } from '../../../src/ml/losses/hinge.ts'
import { exoLoss, robustDpoLoss } from '../../../src/ml/losses/noisy-labels.ts'
import { orpoLoss } from '../../../src/ml/losses/orpo.ts'
import type { PairLogProbs } from '../../../src/ml/losses/pairs.ts'
import { rpoLoss, sftDpoLoss } from '../../../src/ml/losses/sft.ts'
import { dpopLoss, flexDpoLoss, lengthNormalisedDpoLoss, dpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { alphaPoLoss, simpoLoss } from '../../../src/ml/losses/simpo.ts'
import { calDpoLoss, ipoLoss, sppoLoss, summedIpoLoss } from '../../../src/ml/losses/squared.ts'
import * as tf from '../../../src/ml/tf.ts'
import { openBackend } from '../backend.ts'
import { evaluatedPairs, expectClose } from './evaluated.ts'
import { difference, discopop, exo, hl, hw, logistic, logOdds, scores, slopes, square, type Pair } from './formulas.ts'

await openBackend()

const pairs: readonly Pair[] = [
  { w: -4.5, l: -6.25, rw: -5, rl: -5.5, nw: 4, nl: 5 },
  { w: -12, l: -7.5, rw: -10.25, rl: -8, nw: 9, nl: 6 },
  { w: -20.5, l: -31, rw: -24, rl: -22.5, nw: 15, nl: 20 },
  { w: -2.75, l: -3.5, rw: -2.5, rl: -6.5, nw: 2, nl: 3 },
]
const epsilons = [0.1, 0, 0.35, 0.2]
const margins = [0.5, -0.25, 1, 0]
const chances = [1, 0.75, 0.5, 0.9]

type Formula = (pair: Pair, i: number) => number
type Row = [name: string, loss: (pairs: PairLogProbs) => tf.Tensor1D, formula: Formula]

const labels = () => ({ labelSmoothing: tf.tensor1d(epsilons), margin: tf.tensor1d(margins) })
const labelled = (z: number, i: number) => logistic(z - margins[i]!, epsilons[i])
const spread = (pair: Pair, score: (r: number) => number) => score(hw(pair)) - score(hl(pair))
const spreadPerToken = (pair: Pair, score: (r: number) => number) =>
  score(hw(pair)) / pair.nw - score(hl(pair)) / pair.nl
const means = ({ w, l, nw, nl }: Pair) => w / nw - l / nl

const rows: readonly Row[] = [
  ['DPO, labels', (p) => dpoLoss(p, { beta: 0.4, ...labels() }), (p, i) => labelled(0.4 * difference(p), i)],
  ['DPO, beta a scalar', (p) => dpoLoss(p, { beta: tf.scalar(0.4) }), (p) => logistic(0.4 * difference(p))],
  [
    'Flex-DPO',
    (p) => flexDpoLoss(p, { betaPlus: 0.5, betaMinus: 0.2, ...labels() }),
    (p, i) => labelled(0.5 * hw(p) - 0.2 * hl(p), i),
  ],
  [
    'SFT-DPO',
    (p) => sftDpoLoss(p, { beta: 0.4, gamma: 0.03, ...labels() }),
    (p, i) => labelled(0.4 * difference(p), i) - 0.03 * p.w,
  ],
  [
    'RPO',
    (p) => rpoLoss(p, { beta: 0.4, alpha: 0.7, ...labels() }),
    (p, i) => labelled(0.4 * difference(p), i) - (0.7 * p.w) / p.nw,
  ],
  [
    'DPOP',
    (p) => dpopLoss(p, { beta: 0.3, lambda: 2, ...labels() }),
    (p, i) => labelled(0.3 * (difference(p) - 2 * Math.max(0, -hw(p))), i),
  ],
  [
    'length-normalised DPO, JS',
    (p) => lengthNormalisedDpoLoss(p, { beta: 5, divergence: 'js_divergence', ...labels() }),
    (p, i) => labelled(5 * spreadPerToken(p, scores.js), i),
  ],
  ['IPO on sums', (p) => summedIpoLoss(p, { eta: 0.2 }), (p) => square(difference(p) - 2.5)],
  [
    'IPO, forward KL',
    (p) => ipoLoss(p, { beta: 0.2, divergence: 'forward_kl' }),
    (p) => square(spreadPerToken(p, scores.forward) - 2.5),
  ],
  [
    'SPPO, soft labels',
    (p) => sppoLoss(p, { beta: 0.2, preference: tf.tensor1d(chances) }),
    (p, i) => square(hw(p) - (chances[i]! - 0.5) / 0.2) + square(hl(p) + (chances[i]! - 0.5) / 0.2),
  ],
  [
    'Cal-DPO',
    (p) => calDpoLoss(p, { beta: 0.2 }),
    (p) => logistic(difference(p)) + 0.5 * (square(hw(p) - 2.5) + square(hl(p) + 2.5)),
  ],
  [
    'hinge, margin',
    (p) => hingeLoss(p, { beta: 0.4, margin: tf.tensor1d(margins) }),
    (p, i) => Math.max(0, 1 + margins[i]! - 0.4 * difference(p)),
  ],
  [
    'SLiC of the 3D-Properties paper',
    (p) => slicLoss(p, { delta: 5, eta: 0.1 }),
    ({ w, l }) => Math.max(0, 5 - w + l) - 0.1 * w,
  ],
  [
    'robust, forward KL, labels',
    (p) => robustDpoLoss(p, { beta: 0.2, divergence: 'forward_kl', ...labels() }),
    (p, i) => {
      const z = 0.2 * spread(p, scores.forward) - margins[i]!
      return ((1 - epsilons[i]!) * logistic(z) - epsilons[i]! * logistic(-z)) / (1 - 2 * epsilons[i]!)
    },
  ],
  [
    'EXO, alpha 0.3, soft labels',
    (p) => exoLoss(p, { beta: 0.4, divergence: { alpha: 0.3 }, labelSmoothing: tf.tensor1d([0.1, 0.01, 0.3, 0.2]) }),
    (p, i) => exo(0.4 * spread(p, (r) => scores.alpha(r, 0.3)), [0.1, 0.01, 0.3, 0.2][i]!),
  ],
  [
    'DiscoPOP, JS, margin',
    (p) => discopopLoss(p, { beta: 0.4, tau: 0.5, divergence: 'js_divergence', margin: tf.tensor1d(margins) }),
    (p, i) => discopop(0.4 * spread(p, scores.js) - margins[i]!, 0.5),
  ],
  [
    'DPO, alpha 1.001: next to the reverse KL',
    (p) => dpoLoss(p, { beta: 0.4, divergence: { alpha: 1.001 } }),
    (p) => logistic(0.4 * spread(p, (r) => scores.alpha(r, 1.001))),
  ],
  [
    'SimPO, labels',
    (p) => simpoLoss(p, { beta: 2, gamma: 0.5, ...labels() }),
    (p, i) => labelled(2 * means(p) - 0.5, i),
  ],
  [
    'AlphaPO, alpha below 0',
    (p) => alphaPoLoss(p, { beta: 2, gamma: 0.5, alpha: -0.5, ...labels() }),
    ({ w, l, nw, nl }, i) => {
      const reward = (a: number) => -Math.expm1(0.5 * a) / -0.5
      return labelled(2 * (reward(w / nw) - reward(l / nl)) - 0.5, i)
    },
  ],
  [
    'CPO, labels, NLL by response',
    (p) =>
      cpoLoss(p, { form: 'sigmoid', beta: 0.1, nllWeight: tf.tensor1d(pairs.map(({ nw }) => 1 / nw)), ...labels() }),
    (p, i) => labelled(0.1 * (p.w - p.l), i) - p.w / p.nw,
  ],
  [
    'CPO hinge, margin',
    (p) => cpoLoss(p, { form: 'hinge', beta: 0.1, nllWeight: 0.2, margin: tf.tensor1d(margins) }),
    (p, i) => Math.max(0, 1 + margins[i]! - 0.1 * (p.w - p.l)) - 0.2 * p.w,
  ],
  [
    'ORPO, labels',
    (p) => orpoLoss(p, { lambda: 0.3, nllWeight: 0.1, ...labels() }),
    (p, i) => 0.3 * labelled(logOdds(p.w / p.nw) - logOdds(p.l / p.nl), i) - 0.1 * p.w,
  ],
]

const numbers = {
  chosen: pairs.map(({ w }) => w),
  rejected: pairs.map(({ l }) => l),
  referenceChosen: pairs.map(({ rw }) => rw),
  referenceRejected: pairs.map(({ rl }) => rl),
  tokensChosen: pairs.map(({ nw }) => nw),
  tokensRejected: pairs.map(({ nl }) => nl),
}

describe('values and gradients in float64', () => {
  test.each(rows)('%s', (_, loss, formula) => {
    const found = evaluatedPairs(numbers, loss)
    const near = { relative: 1e-5, absolute: 1e-6 }
    expectClose(found.losses, pairs.map(formula), { ...near, what: 'losses' })
    const wanted = pairs.map((pair, i) => slopes((moved) => formula(moved, i), pair))
    // The gradient is that of the mean, to which each pair adds its part.
    const of = (side: 'w' | 'l') => wanted.map((slope) => slope[side] / pairs.length)
    expectClose(found.gradients.chosen, of('w'), { ...near, absolute: 1e-7, what: 'chosen' })
    expectClose(found.gradients.rejected, of('l'), { ...near, absolute: 1e-7, what: 'rejected' })
  })
})
