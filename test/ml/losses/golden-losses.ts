// Which loss of ours, with which settings, each golden case of PyTorch and TRL stands for.
import { aotLoss, aotUnpairedLoss } from '../../../src/ml/losses/aot.ts'
import { apoDownLoss, apoZeroLoss, bcoLoss, ncaLoss } from '../../../src/ml/losses/absolute.ts'
import { cpoLoss } from '../../../src/ml/losses/cpo.ts'
import { discopopLoss } from '../../../src/ml/losses/discopop.ts'
import type { Divergence } from '../../../src/ml/losses/divergence.ts'
import { hingeLoss } from '../../../src/ml/losses/hinge.ts'
import { exoLoss, robustDpoLoss } from '../../../src/ml/losses/noisy-labels.ts'
import { orpoLoss } from '../../../src/ml/losses/orpo.ts'
import type { PairLogProbs, PairLosses, PerPair } from '../../../src/ml/losses/pairs.ts'
import { rpoLoss, sftLoss } from '../../../src/ml/losses/sft.ts'
import { dpopLoss, lengthNormalisedDpoLoss, dpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { alphaPoLoss, simpoLoss } from '../../../src/ml/losses/simpo.ts'
import { ipoLoss, sppoLoss, summedIpoLoss } from '../../../src/ml/losses/squared.ts'
import { weightedSum } from '../../../src/ml/losses/weighted-sum.ts'

/** The parameters of a case, under TRL's names. */
export type Parameters = {
  beta: number
  loss_type?: string | string[]
  loss_weights?: number[]
  label_smoothing?: number
  ls?: number
  discopop_tau?: number
  f_divergence_type?: string
  f_alpha_divergence_coef?: number
  lam?: number
  alpha?: number
  simpo_gamma?: number
  cpo_alpha?: number
  delta?: number
  desirable_weight?: number
  undesirable_weight?: number
  policy_KL_logps?: number[]
  ref_KL_logps?: number[]
}

/** How the mean over the batch's tokens is written as a weight of summed losses; by pair where a case gives pairs alone. */
export type Weighing = { tokenMean: PerPair }

function divergenceOf({ f_divergence_type: type, f_alpha_divergence_coef: alpha }: Parameters): Divergence {
  if (type === undefined) return 'reverse_kl'
  return type === 'alpha_divergence' ? { alpha: alpha! } : (type as Divergence)
}

type Way = (pairs: PairLogProbs, parameters: Parameters, weighing: Weighing) => PairLosses

const usual = (parameters: Parameters) => ({ beta: parameters.beta, divergence: divergenceOf(parameters) })
const smoothed = (parameters: Parameters) => ({
  ...usual(parameters),
  labelSmoothing: parameters.label_smoothing ?? parameters.ls ?? 0,
})

const dpoTrainer: Readonly<Record<string, Way>> = {
  sigmoid: (pairs, parameters) => dpoLoss(pairs, smoothed(parameters)),
  hinge: (pairs, parameters) => hingeLoss(pairs, usual(parameters)),
  ipo: (pairs, parameters) => ipoLoss(pairs, usual(parameters)),
  exo_pair: (pairs, parameters) => exoLoss(pairs, smoothed(parameters)),
  nca_pair: (pairs, { beta }) => ncaLoss(pairs, { beta }),
  robust: (pairs, parameters) => robustDpoLoss(pairs, smoothed(parameters)),
  bco_pair: (pairs, { beta, delta }) => bcoLoss(pairs, { beta, shift: delta }),
  sppo_hard: (pairs, { beta }) => sppoLoss(pairs, { beta }),
  aot: (pairs, { beta, label_smoothing }) => aotLoss(pairs, { beta, labelSmoothing: label_smoothing }),
  aot_unpaired: (pairs, { beta, label_smoothing }) => aotUnpairedLoss(pairs, { beta, labelSmoothing: label_smoothing }),
  apo_zero: (pairs, { beta }) => apoZeroLoss(pairs, { beta }),
  apo_down: (pairs, { beta }) => apoDownLoss(pairs, { beta }),
  discopop: (pairs, parameters) => discopopLoss(pairs, { ...usual(parameters), tau: parameters.discopop_tau }),
  sigmoid_norm: (pairs, parameters) => lengthNormalisedDpoLoss(pairs, usual(parameters)),
  sft: ({ chosen }, _, { tokenMean }) => weightedSum([{ losses: sftLoss(chosen), weight: tokenMean }]),
}

/** TRL's list of losses with weights. */
export const ofDpoTrainer: Way = (pairs, parameters, weighing) => {
  const [first, ...rest] = [parameters.loss_type ?? []].flat().map((type, i) => {
    const way = dpoTrainer[type]
    if (!way) throw new Error(`No loss stands for TRL's '${type}'.`)
    return { losses: way(pairs, parameters, weighing), weight: parameters.loss_weights?.[i] ?? 1 }
  })
  return weightedSum([first!, ...rest])
}

/** TRL's CPO trainer, NLL left out where its weight is 0. */
export const ofCpoTrainer: Way = (pairs, parameters, { tokenMean }) => {
  const { loss_type: type, beta, label_smoothing: labelSmoothing } = parameters
  if (type === 'simpo') {
    const settings = { beta, gamma: parameters.simpo_gamma!, labelSmoothing }
    const alpha = parameters.alpha!
    const losses = alpha === 0 ? simpoLoss(pairs, settings) : alphaPoLoss(pairs, { ...settings, alpha })
    return weightedSum([
      { losses, weight: 1 },
      { losses: sftLoss(pairs.chosen), weight: tokenMean },
    ])
  }
  if (type !== 'sigmoid' && type !== 'hinge' && type !== 'ipo') throw new Error(`CPO has no form '${String(type)}'.`)
  return cpoLoss(pairs, { form: type, beta, labelSmoothing, nllWeight: tokenMean })
}

export const ofOrpoTrainer: Way = (pairs, { beta }, { tokenMean }) =>
  orpoLoss(pairs, { lambda: beta, nllWeight: tokenMean })

/** Cases worked out by formula, or by methods of TRL 0.19.1, whose names say what they are. */
export const byName: readonly [RegExp, Way][] = [
  [/^(extreme\/)?dpop/, (pairs, { beta, lam }) => dpopLoss(pairs, { beta, lambda: lam! })],
  [/^rpo\//, (pairs, { beta, alpha }) => rpoLoss(pairs, { beta, alpha: alpha! })],
  [/^(extreme\/)?cdpo sigmoid/, (pairs, parameters) => dpoLoss(pairs, smoothed(parameters))],
  [/^ipo on sums/, (pairs, { beta }) => summedIpoLoss(pairs, { eta: beta })],
  [/^ipo on averages/, (pairs, { beta }) => ipoLoss(pairs, { beta })],
  [/^sigmoid\/reference_free/, (pairs, { beta }) => dpoLoss(pairs, { beta })],
  [/^bco_pair/, (pairs, parameters, weighing) => dpoTrainer.bco_pair!(pairs, parameters, weighing)],
]
