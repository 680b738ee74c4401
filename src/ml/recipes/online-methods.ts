// The methods that learn from prompts: the policy answers, a checker scores, and the advantage of each answer over the others to its
// prompt is what is learnt from.
import { change, type RewardOf } from '../diagnostics/score.ts'
import { clippedPolicyLoss, klPenalty, tokenLosses, type Normalisation } from '../losses/policy-gradient.ts'
import { grpoAdvantages, klPerToken, penalisedScore, rlooAdvantages, sequenceReward } from '../sampling/advantages.ts'
import type { Tensor1D } from '../tf.ts'

/** The score of an answer to the prompt of a pair, 0 to 1. */
export type ScoreOf = (pair: number, response: readonly number[]) => number

/** One answer of the policy. Log-probabilities are of its tokens, in nats, at temperature 1. */
export type Rollout = {
  score: number
  /** Whether it ended by itself, and not for want of room. */
  ended: boolean
  logps: Float32Array
  referenceLogps: Float32Array
}

/** Tokens of answers as the loss reads them, all [M]. */
export type RolloutTokens = { logps: Tensor1D; advantages: Tensor1D; weights: Tensor1D; referenceLogps: Tensor1D }

export type OnlineMethod = {
  learns: 'prompts'
  /** Answers to each prompt. */
  groupSize: number
  /** Longest answer, in tokens. */
  responseTokens: number
  temperature: number
  /** Whether the reference's log-probability of each token is wanted. */
  readsReference: boolean
  normalisation: Normalisation
  /** An advantage for each answer of each group. */
  advantages(groups: readonly (readonly Rollout[])[]): number[][]
  /** One loss a token, [M]; a step trains their weighted sum. An answer is learnt from once, so the policy that gave it is the policy. */
  loss(tokens: RolloutTokens): Tensor1D
  reward: RewardOf
}

/** PPO's range of ratios. With one update for each answer no ratio leaves it. */
const clipping = { epsilonLow: 0.2, epsilonHigh: 0.2 }

/** Group relative policy optimisation (arXiv 2402.03300): the KL divergence is a term of the loss. */
export function grpo(read: (key: string) => number, values: Readonly<Record<string, unknown>>): OnlineMethod {
  const beta = read('kl_weight')
  const scaleRewards = values.scale_rewards === true ? 'group' : 'none'
  return {
    ...sampling(read),
    readsReference: beta > 0,
    normalisation: normalisationOf(values.normalisation),
    advantages: (groups) =>
      grpoAdvantages(
        groups.map((group) => group.map((rollout) => scoreOf(rollout, read))),
        { scaleRewards },
      ),
    loss(tokens) {
      const { losses, ratio } = clippedPolicyLoss({ ...tokens, oldLogps: tokens.logps }, clipping)
      return tokenLosses({
        policy: losses,
        ...(beta > 0 ? { kl: { losses: klPenalty(tokens, { ratio }), beta } } : {}),
      })
    },
  }
}

/** REINFORCE with a leave-one-out baseline (arXiv 2402.14740): the KL divergence is taken off the reward, answers count as wholes. */
export function rloo(read: (key: string) => number): OnlineMethod {
  const klCoef = read('kl_weight')
  return {
    ...sampling(read),
    readsReference: klCoef > 0,
    // -A log pi(y) summed over the tokens of an answer, the mean over answers: 'dr_grpo' but for a constant.
    normalisation: 'dr_grpo',
    advantages: (groups) =>
      rlooAdvantages(
        groups.map((group) =>
          group.map((rollout) => {
            const kl = klCoef > 0 ? klPerToken(rollout.logps, rollout.referenceLogps, 'k1') : new Float32Array()
            return sequenceReward(kl, scoreOf(rollout, read), klCoef)
          }),
        ),
      ),
    loss: (tokens) => clippedPolicyLoss({ ...tokens, oldLogps: tokens.logps }, clipping).losses,
  }
}

function scoreOf({ score, ended }: Rollout, read: (key: string) => number): number {
  return penalisedScore(score, { ended, missingEosPenalty: read('missing_eos_penalty') })
}

function sampling(read: (key: string) => number) {
  return {
    learns: 'prompts' as const,
    groupSize: read('group_size'),
    responseTokens: read('response_tokens'),
    temperature: read('temperature'),
    reward: change,
  }
}

function normalisationOf(value: unknown): Normalisation {
  if (value === 'grpo' || value === 'dapo' || value === 'dr_grpo') return value
  throw new Error(`Setting normalisation must be grpo, dapo or dr_grpo, got ${JSON.stringify(value)}.`)
}
