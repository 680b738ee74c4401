// The methods that learn from prompts: the policy answers, a judge scores, and what an answer or a token of it was worth beyond what was
// expected is what is learnt from.
import { change, type RewardOf } from '../diagnostics/score.ts'
import { clippedPolicyLoss, klPenalty, tokenLosses, type Normalisation } from '../losses/policy-gradient.ts'
import { dpoLoss } from '../losses/sigmoid.ts'
import { clippedValueLoss } from '../losses/value.ts'
import {
  gae,
  grpoAdvantages,
  klPerToken,
  penalisedScore,
  rlooAdvantages,
  sequenceReward,
  tokenRewards,
  whitened,
  type KlEstimator,
} from '../sampling/advantages.ts'
import { relative, type Numbers, type PairMethod, type Values } from './pair-method.ts'
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'

/** An answer to the prompt of a pair, as token ids, the one that ended it included. */
export type Answered = { pair: number; response: readonly number[] }

/** Who scores answers: a checker, or a reward model. */
export type Judge = {
  /** A score for each answer, in order; higher is better. A checker's are 0 to 1. */
  scores(answers: readonly Answered[]): Promise<number[]>
  /** Whether a score of 1 says that the answer is right. */
  decides: boolean
}

/** One answer of the policy that drew it. Numbers are one a token, log-probabilities in nats, at the temperature of drawing. */
export type Rollout = {
  score: number
  /** Whether it ended by itself, and not for want of room. */
  ended: boolean
  /** Zeros where no pass over the answers was asked for. */
  logps: Float32Array
  referenceLogps: Float32Array
  /** The value before each token; empty without a value head. */
  values: Float32Array
}

/** What the tokens of an answer are learnt with, one number each; `returns` is empty without a value head. */
export type TokenEstimates = { advantages: Float32Array; returns: Float32Array }

/** Tokens of answers as the loss reads them, all [M]. Values are there where there is a value head. */
export type RolloutTokens = Record<'logps' | 'oldLogps' | 'advantages' | 'weights' | 'referenceLogps', Tensor1D> &
  Partial<Record<'values' | 'oldValues' | 'returns', Tensor1D>>

/** One entry a token, all [M]: what the step's loss weighs and adds up, and what is told of it as a mean over tokens. */
export type TokenLosses = { losses: Tensor1D; told: Readonly<Record<string, Tensor1D>> }

type Sampling = {
  learns: 'prompts'
  /** Answers to each prompt. */
  groupSize: number
  /** Longest answer, in tokens. */
  responseTokens: number
  temperature: number
  reward: RewardOf
}

/** A policy gradient over the tokens of sampled answers. */
export type PolicyGradient = Sampling & {
  by: 'policy-gradient'
  head?: 'value'
  /** Whether the reference's log-probability of each token is wanted. */
  readsReference: boolean
  /** Whether advantages stand on log-probabilities or values: then a pass over the answers comes before. */
  passesFirst: boolean
  normalisation: Normalisation
  /** Passes over the answers of a step and updates in each, which end where the policy is further from the one that answered, in nats a token. */
  updates: { epochs: number; minibatches: number; targetKl: number }
  /** What a nat of entropy of the next token takes off the loss of a token, >= 0. */
  entropyCoef: number
  /** Numbers that follow the run, kept in the state: those it starts with, and those after the answers of a step. */
  carries?: {
    start: Readonly<Record<string, number>>
    next(before: CarriedNumbers, rollouts: readonly Rollout[]): CarriedNumbers
  }
  /** For each answer of each group. */
  estimates(groups: readonly (readonly Rollout[])[], carried: CarriedNumbers): TokenEstimates[][]
  loss(tokens: RolloutTokens): TokenLosses
  /** Further readings of a step, from its answers. */
  readings(rollouts: readonly Rollout[], carried: CarriedNumbers): Readonly<Record<string, number>>
}

/** What a method carries from step to step, by name. */
export type CarriedNumbers = Readonly<Record<string, number>>

/** Preference optimisation of pairs that the policy's own answers make. */
export type OnlinePairs = Sampling & {
  by: 'pairs'
  head?: undefined
  carries?: undefined
  pairs: PairMethod
  /** Taken off the score of an answer that did not end by itself. */
  missingEosPenalty: number
}

export type OnlineMethod = PolicyGradient | OnlinePairs

/** Group relative policy optimisation (arXiv 2402.03300): the KL divergence is a term of the loss. */
export function grpo(read: Numbers, values: Values): OnlineMethod {
  const beta = read('kl_weight')
  const scaleRewards = values.scale_rewards === true ? 'group' : 'none'
  const clipping = clippingOf(read)
  return {
    ...sampling(read),
    ...{ by: 'policy-gradient', readsReference: beta > 0, passesFirst: false, updates: updatesOf(read) },
    normalisation: normalisationOf(values.normalisation),
    entropyCoef: read('entropy_coef'),
    estimates: (groups) => alike(groups, grpoAdvantages(scoresOf(groups, read), { scaleRewards })),
    loss(tokens) {
      const { losses, ratio, clipfrac } = clippedPolicyLoss(tokens, clipping)
      const kl = beta > 0 ? { losses: klPenalty(tokens, { ratio }), beta } : undefined
      return { losses: tokenLosses({ policy: losses, kl }), told: { 'clip_ratio/region_mean': clipfrac } }
    },
    readings: () => ({}),
  }
}

/** REINFORCE with a leave-one-out baseline (arXiv 2402.14740): the KL divergence is taken off the reward, answers count as wholes. */
export function rloo(read: Numbers): OnlineMethod {
  const klCoef = read('kl_weight')
  const clipping = clippingOf(read)
  return {
    ...sampling(read),
    ...{ by: 'policy-gradient', readsReference: klCoef > 0, passesFirst: klCoef > 0, updates: updatesOf(read) },
    // -A log pi(y) summed over the tokens of an answer, the mean over answers: 'dr_grpo' but for a constant.
    normalisation: 'dr_grpo',
    entropyCoef: read('entropy_coef'),
    estimates(groups) {
      const rewards = groups.map((group) =>
        group.map((rollout) => {
          const kl = klCoef > 0 ? klPerToken(rollout.logps, rollout.referenceLogps, 'k1') : new Float32Array()
          return sequenceReward(kl, scoreOf(rollout, read), klCoef)
        }),
      )
      return alike(groups, rlooAdvantages(rewards))
    },
    loss(tokens) {
      const { losses, clipfrac } = clippedPolicyLoss(tokens, clipping)
      return { losses, told: { 'clip_ratio/region_mean': clipfrac } }
    },
    readings: () => ({}),
  }
}

/**
 * The KL coefficient of PPO after a step whose answers were `kl` nats from the reference, on average, and `answers` in number: it grows where
 * they are further than `target`, falls where they are nearer, by at most a fifth of answers / horizon (Ziegler et al., arXiv 1909.08593,
 * section 2.2; TRL up to 0.11, AdaptiveKLController). Stays positive while answers < 5 horizon.
 */
export function nextKlCoef(
  coef: number,
  { kl, answers }: { kl: number; answers: number },
  { target, horizon }: { target: number; horizon: number },
): number {
  const error = Math.min(0.2, Math.max(-0.2, kl / target - 1))
  return coef * (1 + (error * answers) / horizon)
}

/**
 * Proximal policy optimisation (arXiv 1707.06347) as it is done on language (Ziegler et al., arXiv 1909.08593; TRL): the KL divergence from
 * the reference is taken off the reward of each token, the score comes with the last, and a value head tells what was expected.
 */
export function ppo(read: Numbers, values: Values): OnlineMethod {
  const klCoef = read('kl_coef')
  const estimator = estimatorOf(values.kl_estimator)
  const clipping = { epsilonLow: read('cliprange'), epsilonHigh: read('cliprange') }
  const [vfCoef, cliprangeValue] = [read('vf_coef'), read('cliprange_value')]
  const [gamma, lam] = [read('gae_gamma'), read('gae_lambda')]
  const whitenRewards = values.whiten_rewards === true
  const adaptive = values.kl_control === 'adaptive' && { target: read('kl_target'), horizon: read('kl_horizon') }
  const coefIn = ({ kl_coef = klCoef }: CarriedNumbers) => kl_coef
  const klOf = ({ logps, referenceLogps }: Rollout) =>
    klCoef > 0 ? klPerToken(logps, referenceLogps, estimator) : new Float32Array(logps.length)
  const klPerAnswer = (rollouts: readonly Rollout[]) =>
    rollouts.reduce((sum, rollout) => sum + klOf(rollout).reduce((own, kl) => own + kl, 0), 0) / rollouts.length
  return {
    ...sampling(read),
    ...{ by: 'policy-gradient', head: 'value', readsReference: klCoef > 0, passesFirst: true, normalisation: 'dapo' },
    updates: { epochs: read('ppo_epochs'), minibatches: read('minibatches'), targetKl: read('target_kl') },
    entropyCoef: read('entropy_coef'),
    ...(adaptive && {
      carries: {
        start: { kl_coef: klCoef },
        next: ({ kl_coef = klCoef }, rollouts) => ({
          kl_coef: nextKlCoef(kl_coef, { kl: klPerAnswer(rollouts), answers: rollouts.length }, adaptive),
        }),
      },
    }),
    estimates(groups, carried) {
      const rollouts = groups.flat()
      const coef = coefIn(carried)
      const raw = rollouts.map((rollout) => tokenRewards(klOf(rollout), scoreOf(rollout, read), coef))
      const rewards = whitenRewards ? whitened(raw, { shiftMean: false }) : raw
      const found = rollouts.map(({ values }, i) => gae({ rewards: rewards[i]!, values }, { gamma, lam }))
      const advantages = whitened(found.map((one) => one.advantages))
      const each = found.map(({ returns }, i) => ({ advantages: advantages[i]!, returns }))
      return grouped(groups, each)
    },
    loss(tokens) {
      const policy = clippedPolicyLoss(tokens, clipping)
      const { values, oldValues, returns } = tokens
      const value = clippedValueLoss({ values: values!, oldValues: oldValues!, returns: returns! }, { cliprangeValue })
      return {
        losses: tf.add(policy.losses, tf.mul(vfCoef, value.losses)),
        told: {
          'policy/approxkl_avg': policy.approxkl,
          'policy/clipfrac_avg': policy.clipfrac,
          'loss/policy_avg': policy.losses,
          'loss/value_avg': value.losses,
          'val/clipfrac_avg': value.clipfrac,
          'val/ratio': policy.ratio,
        },
      }
    },
    readings(rollouts, carried) {
      const kl = klPerAnswer(rollouts)
      const mean = (of: (rollout: Rollout) => number) =>
        rollouts.reduce((sum, rollout) => sum + of(rollout), 0) / rollouts.length
      const scores = mean(({ score }) => score)
      const nonScore = -coefIn(carried) * kl
      return {
        ...(klCoef > 0 ? { 'objective/kl': kl } : {}),
        ...(adaptive && { 'objective/kl_coef': coefIn(carried) }),
        'objective/entropy': mean(({ logps }) => -logps.reduce((sum, logp) => sum + logp, 0)),
        'objective/non_score_reward': nonScore,
        'objective/scores': scores,
        'objective/rlhf_reward': nonScore + mean((rollout) => scoreOf(rollout, read)),
        'val/num_eos_tokens': rollouts.filter(({ ended }) => ended).length,
      }
    },
  }
}

/** Online DPO (Guo et al. 2024, arXiv 2402.04792): DPO on the best and the worst of the policy's own answers, new ones in each step. */
export function onlineDpo(read: Numbers): OnlineMethod {
  const settings = { beta: read('beta'), labelSmoothing: read('label_smoothing') }
  const reward = relative(settings.beta)
  const pairs: PairMethod = { learns: 'pairs', loss: (logps) => dpoLoss(logps, settings), reward }
  return { ...sampling(read), by: 'pairs', pairs, reward, missingEosPenalty: read('missing_eos_penalty') }
}

function scoreOf({ score, ended }: Rollout, read: Numbers): number {
  return penalisedScore(score, { ended, missingEosPenalty: read('missing_eos_penalty') })
}

function scoresOf(groups: readonly (readonly Rollout[])[], read: Numbers): number[][] {
  return groups.map((group) => group.map((rollout) => scoreOf(rollout, read)))
}

/** One advantage an answer as one a token. */
function alike(
  groups: readonly (readonly Rollout[])[],
  advantages: readonly (readonly number[])[],
): TokenEstimates[][] {
  return groups.map((group, g) =>
    group.map(({ logps }, i) => ({
      advantages: new Float32Array(logps.length).fill(advantages[g]![i]!),
      returns: new Float32Array(),
    })),
  )
}

/** A list over all answers as one over the answers of each group. */
function grouped<T>(groups: readonly (readonly unknown[])[], all: readonly T[]): T[][] {
  let at = 0
  return groups.map((group) => all.slice(at, (at += group.length)))
}

function sampling(read: Numbers): Sampling {
  return {
    learns: 'prompts',
    groupSize: read('group_size'),
    responseTokens: read('response_tokens'),
    temperature: read('temperature'),
    reward: change,
  }
}

/** PPO's range of ratios. With one update a step no ratio leaves it. */
function clippingOf(read: Numbers) {
  return { epsilonLow: read('cliprange'), epsilonHigh: read('cliprange_high') }
}

function updatesOf(read: Numbers): PolicyGradient['updates'] {
  return { epochs: read('num_iterations'), minibatches: read('minibatches'), targetKl: read('target_kl') }
}

function normalisationOf(value: unknown): Normalisation {
  if (value === 'grpo' || value === 'dapo' || value === 'dr_grpo') return value
  throw new Error(`Setting normalisation must be grpo, dapo or dr_grpo, got ${JSON.stringify(value)}.`)
}

function estimatorOf(value: unknown): KlEstimator {
  if (value === 'k1' || value === 'k3') return value
  throw new Error(`Setting kl_estimator must be k1 or k3, got ${JSON.stringify(value)}.`)
}
