// Each loss once, at usual settings, for what must hold of all of them.
import { aotLoss, aotUnpairedLoss } from '../../../src/ml/losses/aot.ts'
import { apoDownLoss, apoZeroLoss, bcoLoss, ncaLoss, runningReward } from '../../../src/ml/losses/absolute.ts'
import { betaDpoLoss } from '../../../src/ml/losses/beta-dpo.ts'
import { cpoLoss } from '../../../src/ml/losses/cpo.ts'
import { discopopLoss } from '../../../src/ml/losses/discopop.ts'
import { hingeLoss, slicLoss } from '../../../src/ml/losses/hinge.ts'
import { ldLogProbs } from '../../../src/ml/losses/ld-dpo.ts'
import { exoLoss, robustDpoLoss } from '../../../src/ml/losses/noisy-labels.ts'
import { orpoLoss } from '../../../src/ml/losses/orpo.ts'
import type { PairLogProbs, PairLosses, SideLogProbs } from '../../../src/ml/losses/pairs.ts'
import { bradleyTerryLoss } from '../../../src/ml/losses/reward-model.ts'
import { rpoLoss, sftDpoLoss, sftLoss } from '../../../src/ml/losses/sft.ts'
import { dpopLoss, flexDpoLoss, lengthNormalisedDpoLoss, dpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { alphaPoLoss, simpoLoss } from '../../../src/ml/losses/simpo.ts'
import { calDpoLoss, ipoLoss, sppoLoss, summedIpoLoss } from '../../../src/ml/losses/squared.ts'
import { apoZeroUnpairedLoss, bcoUnpairedLoss, ktoLoss } from '../../../src/ml/losses/unpaired.ts'
import { weightedSum } from '../../../src/ml/losses/weighted-sum.ts'
import { wpoWeights } from '../../../src/ml/losses/wpo.ts'
import * as tf from '../../../src/ml/tf.ts'

const [beta, labelSmoothing] = [0.1, 0.1]
const labels = { labelSmoothing, margin: 0.5 }

/** All responses one by one: the chosen ones marked as good, the rejected ones as bad. */
const marked = ({ chosen, rejected }: PairLogProbs) => {
  const both = (of: keyof SideLogProbs) => tf.concat([chosen[of], rejected[of]])
  const desirable = tf.concat([tf.onesLike(chosen.tokens), tf.zerosLike(rejected.tokens)])
  return { policy: both('policy'), reference: both('reference'), tokens: both('tokens'), desirable }
}

export const everyLoss: Readonly<Record<string, (pairs: PairLogProbs) => PairLosses>> = {
  dpo: (pairs) => dpoLoss(pairs, { beta, ...labels }),
  'dpo, forward KL': (pairs) => dpoLoss(pairs, { beta, divergence: 'forward_kl' }),
  'dpo, JS': (pairs) => dpoLoss(pairs, { beta, divergence: 'js_divergence' }),
  'dpo, alpha 0.5': (pairs) => dpoLoss(pairs, { beta, divergence: { alpha: 0.5 } }),
  'dpo, alpha 2': (pairs) => dpoLoss(pairs, { beta, divergence: { alpha: 2 } }),
  'length-normalised dpo': (pairs) => lengthNormalisedDpoLoss(pairs, { beta: 5, ...labels }),
  flex: (pairs) => flexDpoLoss(pairs, { betaPlus: 0.1, betaMinus: 0.08, ...labels }),
  dpop: (pairs) => dpopLoss(pairs, { beta: 0.3, lambda: 50, ...labels }),
  sft: ({ chosen }) => sftLoss(chosen),
  'sft-dpo': (pairs) => sftDpoLoss(pairs, { beta, gamma: 0.01 }),
  rpo: (pairs) => rpoLoss(pairs, { beta, alpha: 1 }),
  ipo: (pairs) => ipoLoss(pairs, { beta }),
  'ipo, forward KL': (pairs) => ipoLoss(pairs, { beta, divergence: 'forward_kl' }),
  'ipo on sums': (pairs) => summedIpoLoss(pairs, { eta: beta }),
  sppo: (pairs) => sppoLoss(pairs, { beta: 0.001 }),
  'cal-dpo': (pairs) => calDpoLoss(pairs, { beta: 0.002 }),
  hinge: (pairs) => hingeLoss(pairs, { beta, margin: 0.5 }),
  'hinge, forward KL': (pairs) => hingeLoss(pairs, { beta, divergence: 'forward_kl' }),
  slic: (pairs) => slicLoss(pairs, { delta: 5, eta: 0.1 }),
  robust: (pairs) => robustDpoLoss(pairs, { beta, ...labels }),
  exo: (pairs) => exoLoss(pairs, { beta, labelSmoothing: 0.001 }),
  'exo, forward KL': (pairs) => exoLoss(pairs, { beta, labelSmoothing: 0.001, divergence: 'forward_kl' }),
  discopop: (pairs) => discopopLoss(pairs, { beta: 0.05 }),
  'discopop, beta 1': (pairs) => discopopLoss(pairs, { beta: 1, margin: 0.5 }),
  'discopop, forward KL': (pairs) => discopopLoss(pairs, { beta: 0.05, divergence: 'forward_kl' }),
  nca: (pairs) => ncaLoss(pairs, { beta }),
  bco: (pairs) => bcoLoss(pairs, { beta, shift: tf.scalar(0.3) }),
  'bco, running shift': (pairs) => {
    const before = { mean: tf.scalar(0.2), count: tf.scalar(8) }
    return bcoLoss(pairs, { beta, shift: runningReward(before, [pairs.chosen, pairs.rejected], { beta }).mean })
  },
  'apo zero': (pairs) => apoZeroLoss(pairs, { beta }),
  'apo down': (pairs) => apoDownLoss(pairs, { beta }),
  aot: (pairs) => aotLoss(pairs, { beta, labelSmoothing }),
  'aot unpaired': (pairs) => aotUnpairedLoss(pairs, { beta, labelSmoothing }),
  'beta-dpo': (pairs) => {
    const statistics = { mean: tf.scalar(1), deviation: tf.scalar(2) }
    const draws = tf.div<tf.Tensor1D>(1, tf.add(1, pairs.chosen.tokens))
    return betaDpoLoss(pairs, { beta: 0.07, a: 0.6, rho: 0.2, statistics, draws })
  },
  simpo: (pairs) => simpoLoss(pairs, { beta: 2, gamma: 0.5, ...labels }),
  alphapo: (pairs) => alphaPoLoss(pairs, { beta: 2, gamma: 0.5, alpha: 0.25 }),
  'alphapo, alpha -1': (pairs) => alphaPoLoss(pairs, { beta: 2, gamma: 0.5, alpha: -1 }),
  'cpo sigmoid': (pairs) => cpoLoss(pairs, { form: 'sigmoid', beta, nllWeight: 1, ...labels }),
  'cpo hinge': (pairs) => cpoLoss(pairs, { form: 'hinge', beta, nllWeight: 1 }),
  'cpo ipo': (pairs) => cpoLoss(pairs, { form: 'ipo', beta, nllWeight: 0 }),
  orpo: (pairs) => orpoLoss(pairs, { lambda: 0.1, nllWeight: 0.1 }),
  kto: (pairs) => ktoLoss(marked(pairs), { beta, kl: tf.scalar(2), desirableWeight: 1.33 }),
  'apo zero unpaired': (pairs) => apoZeroUnpairedLoss(marked(pairs), { beta }),
  'bco unpaired': (pairs) => bcoUnpairedLoss(marked(pairs), { beta, shift: 0.2 }),
  'bradley-terry': ({ chosen, rejected }) =>
    bradleyTerryLoss({ chosen: chosen.policy, rejected: rejected.policy }, { centring: 0.01, ...labels }),
  'wpo of ld-dpo': ({ chosen, rejected }) => {
    const shortened = (side: SideLogProbs) => ({
      ...side,
      policy: ldLogProbs({ shared: side.policy, tail: side.policy }, { alpha: 0.3 }),
    })
    const losses = dpoLoss({ chosen: shortened(chosen), rejected: shortened(rejected) }, { beta })
    const perToken = (side: SideLogProbs) => tf.div<tf.Tensor1D>(side.policy, tf.maximum(side.tokens, 1))
    const weight = wpoWeights({ chosen: perToken(chosen), rejected: perToken(rejected) })
    return weightedSum([
      { losses, weight },
      { losses: sftLoss(chosen), weight: 0.1 },
    ])
  },
}
