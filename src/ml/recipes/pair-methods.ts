// The methods by the names of the contract's table: the loss with the settings that it reads, and the rewards that readings tell. A new method is an entry here, one in contract/methods.ts and a row in docs/methods.md.
import { change, changePerToken } from '../diagnostics/score.ts'
import { apoDownLoss, apoZeroLoss, ncaLoss } from '../losses/absolute.ts'
import { aotLoss, aotUnpairedLoss } from '../losses/aot.ts'
import { cpoLoss } from '../losses/cpo.ts'
import { discopopLoss } from '../losses/discopop.ts'
import type { Divergence } from '../losses/divergence.ts'
import { hingeLoss, slicLoss } from '../losses/hinge.ts'
import { exoLoss, robustDpoLoss } from '../losses/noisy-labels.ts'
import { orpoLoss } from '../losses/orpo.ts'
import { perToken, type PairLabels, type PairLogProbs, type PairLosses, type SideLogProbs } from '../losses/pairs.ts'
import { rpoLoss, sftDpoLoss, sftLoss } from '../losses/sft.ts'
import { dpopLoss, flexDpoLoss, lengthNormalisedDpoLoss, dpoLoss } from '../losses/sigmoid.ts'
import { alphaPoLoss, simpoLoss } from '../losses/simpo.ts'
import { apoZeroUnpairedLoss } from '../losses/unpaired.ts'
import { calDpoLoss, ipoLoss, sppoLoss, summedIpoLoss } from '../losses/squared.ts'
import { bco, betaDpo, kto, ldDpo, trDpo, wpo } from './batch-methods.ts'
import { grpo, onlineDpo, ppo, rloo, type OnlineMethod } from './online-methods.ts'
import { summed, weightedTerms } from './summed-methods.ts'
import { labelUse } from './label-use.ts'
import { likelihood, meanOf, relative, type Numbers, type Paired, type PairMethod, type Values } from './pair-method.ts'
import { rewardModel, type RewardMethod } from './reward-method.ts'
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'

/** What a run learns from: pairs, prompts that it answers itself, or pairs as a reward model. */
export type Method = PairMethod | OnlineMethod | RewardMethod

/**
 * The method of that name with its settings out of a run's parsed ones.
 * Throws one line when there is no such method, or a setting of it is missing or of another kind.
 */
export function methodOf(name: string, values: Values): Method {
  if (name === 'reward-model') return rewardModel(numbersOf(values), values)
  const online = Object.hasOwn(onlineMethods, name) ? onlineMethods[name] : undefined
  return online ? online(numbersOf(values), values) : pairMethod(name, values)
}

/** The same of a method that learns from pairs. */
export function pairMethod(name: string, values: Values): PairMethod {
  return { learns: 'pairs', labels: labelUse(numbersOf(values), values), ...paired(name, values) }
}

function paired(name: string, values: Values): Paired {
  const make = Object.hasOwn(pairMethods, name) ? pairMethods[name] : undefined
  if (make) return make(numbersOf(values), values)
  const names = [...Object.keys(pairMethods), ...Object.keys(onlineMethods), 'reward-model']
  throw new Error(`There is no method '${name}'. There are: ${names.join(', ')}.`)
}

function numbersOf(values: Values): Numbers {
  return (key) => {
    const value = values[key]
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw new Error(`Setting ${key} must be a number, got ${JSON.stringify(value)}.`)
  }
}

const onlineMethods: Readonly<Record<string, (read: Numbers, values: Values) => OnlineMethod>> = {
  grpo,
  rloo,
  ppo,
  'online-dpo': onlineDpo,
}

const byBeta =
  (loss: (pairs: PairLogProbs, settings: { beta: number } & PairLabels) => PairLosses) =>
  (read: Numbers): Paired => {
    const beta = read('beta')
    return { loss: (pairs, { labels }) => loss(pairs, { beta, ...labels }), reward: relative(beta) }
  }

const pairMethods: Readonly<Record<string, (read: Numbers, values: Values) => Paired>> = {
  dpo(read, values) {
    const beta = read('beta')
    const labelSmoothing = read('label_smoothing')
    const divergence = divergenceOf(read, values)
    return {
      loss: (pairs, { labels }) => dpoLoss(pairs, { beta, labelSmoothing, divergence, ...labels }),
      reward: relative(beta),
    }
  },
  'flex-dpo'(read) {
    const settings = { betaPlus: read('beta_plus'), betaMinus: read('beta_minus') }
    return {
      loss: (pairs, { labels }) => flexDpoLoss(pairs, { ...settings, ...labels }),
      reward: (response, side) => (side === 'chosen' ? settings.betaPlus : settings.betaMinus) * change(response),
    }
  },
  'sft-dpo'(read) {
    const settings = { beta: read('beta'), gamma: read('gamma') }
    return {
      loss: (pairs, { labels }) => sftDpoLoss(pairs, { ...settings, ...labels }),
      reward: relative(settings.beta),
    }
  },
  rpo(read) {
    const settings = { beta: read('beta'), alpha: read('nll_weight') }
    return { loss: (pairs, { labels }) => rpoLoss(pairs, { ...settings, ...labels }), reward: relative(settings.beta) }
  },
  dpop(read) {
    const settings = { beta: read('beta'), lambda: read('dpop_lambda') }
    return { loss: (pairs, { labels }) => dpopLoss(pairs, { ...settings, ...labels }), reward: relative(settings.beta) }
  },
  ipo: byBeta(ipoLoss),
  'ipo-sums'(read) {
    const eta = read('eta')
    return { loss: (pairs) => summedIpoLoss(pairs, { eta }), reward: change }
  },
  hinge: byBeta(hingeLoss),
  slic(read) {
    const settings = { delta: read('slic_delta'), eta: read('slic_eta') }
    return { loss: (pairs) => slicLoss(pairs, settings), reward: likelihood(1) }
  },
  rdpo(read) {
    const settings = { beta: read('beta'), labelSmoothing: read('flip_rate') }
    return {
      loss: (pairs, { labels }) => robustDpoLoss(pairs, { ...settings, ...labels }),
      reward: relative(settings.beta),
    }
  },
  exo(read) {
    const settings = { beta: read('beta'), labelSmoothing: read('exo_epsilon') }
    return { loss: (pairs, { labels }) => exoLoss(pairs, { ...settings, ...labels }), reward: relative(settings.beta) }
  },
  nca: byBeta(ncaLoss),
  bco,
  sppo(read) {
    const beta = read('beta')
    return {
      loss: (pairs, { labels: { labelSmoothing = 0 } }) =>
        sppoLoss(pairs, { beta, preference: tf.sub<Tensor1D>(1, labelSmoothing) }),
      reward: relative(beta),
    }
  },
  aot: aot(aotLoss),
  'aot-unpaired': aot(aotUnpairedLoss),
  'apo-zero'(read) {
    const beta = read('beta')
    return {
      loss: (pairs) => apoZeroLoss(pairs, { beta }),
      ofAnswers: { loss: (answers) => apoZeroUnpairedLoss(answers, { beta }) },
      reward: relative(beta),
    }
  },
  'apo-down': byBeta(apoDownLoss),
  discopop(read) {
    const settings = { beta: read('beta'), tau: read('discopop_tau') }
    return {
      loss: (pairs, { labels }) => discopopLoss(pairs, { ...settings, ...labels }),
      reward: relative(settings.beta),
    }
  },
  'cal-dpo'(read) {
    const beta = read('beta')
    return { loss: (pairs) => calDpoLoss(pairs, { beta }), reward: change }
  },
  'ln-dpo'(read) {
    const beta = read('beta')
    return {
      loss: (pairs, { labels }) => lengthNormalisedDpoLoss(pairs, { beta, ...labels }),
      reward: (response) => beta * changePerToken(response),
    }
  },
  kto,
  'beta-dpo': betaDpo,
  'ld-dpo': ldDpo,
  wpo,
  'tr-dpo': trDpo,
  'weighted-sum': (_, values) =>
    summed(weightedTerms(values.terms).map((term) => ({ ...term, method: paired(term.name, values) }))),
  simpo(read) {
    const settings = { beta: read('simpo_beta'), gamma: read('simpo_gamma') }
    return {
      loss: (pairs, { labels }) => simpoLoss(pairs, { ...settings, ...labels }),
      reward: (response) => settings.beta * meanOf(response),
    }
  },
  alphapo(read) {
    const settings = { beta: read('simpo_beta'), gamma: read('simpo_gamma'), alpha: read('alphapo_alpha') }
    const shaped = (logp: number) =>
      settings.alpha === 0 ? logp : -Math.expm1(-settings.alpha * logp) / settings.alpha
    return {
      loss: (pairs, { labels }) => alphaPoLoss(pairs, { ...settings, ...labels }),
      reward: (response) => settings.beta * shaped(meanOf(response)),
    }
  },
  cpo(read) {
    const beta = read('beta')
    const weight = read('nll_weight')
    return {
      loss: (pairs, { labels }) =>
        cpoLoss(pairs, { form: 'sigmoid', beta, nllWeight: eachToken(weight, pairs.chosen), ...labels }),
      reward: likelihood(beta),
    }
  },
  orpo(read) {
    const lambda = read('odds_weight')
    return {
      loss: (pairs, { labels }) => orpoLoss(pairs, { lambda, nllWeight: eachToken(1, pairs.chosen), ...labels }),
      reward: (response) => lambda * meanOf(response),
    }
  },
  sft: () => ({ loss: ({ chosen }) => perToken(sftLoss(chosen), chosen), reward: meanOf }),
}

function aot(loss: typeof aotLoss) {
  return (read: Numbers): Paired => {
    const settings = { beta: read('beta'), labelSmoothing: read('label_smoothing') }
    return { loss: (pairs) => loss(pairs, settings), reward: relative(settings.beta) }
  }
}

function divergenceOf(read: Numbers, values: Values): Divergence {
  switch (values.divergence) {
    case 'reverse_kl':
    case 'forward_kl':
      return values.divergence
    case 'js':
      return 'js_divergence'
    case 'alpha':
      return { alpha: read('divergence_alpha') }
    default:
      throw new Error(`Setting divergence must be one of its choices, got ${JSON.stringify(values.divergence)}.`)
  }
}

/** The weight of a sum over tokens that makes it `weight` times the mean over them, [P]. */
function eachToken(weight: number, { tokens }: SideLogProbs): Tensor1D {
  return tf.div(weight, tokens)
}
