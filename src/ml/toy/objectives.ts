// What a step of the toy goes down: the mean loss of its pairs, or the exact expected reward under the policy. Both give d / d logits.
import { pairLoss } from './losses.ts'
import { numberOf, type ToySettings } from './plan.ts'
import { trainedRewards } from './reward.ts'
import type { ToyPairs } from './scenarios.ts'

/** Where the policy stands: log pi and log pi_0, both [P x R], in nats. */
export type Standing = { logp: Float64Array; reference: Float64Array }

/** The mean over prompts of KL(pi || pi_0), exact, in nats. */
export function meanKl({ logp, reference }: Standing, prompts: number): number {
  let sum = 0
  for (let i = 0; i < logp.length; i++) sum += Math.exp(logp[i]!) * (logp[i]! - reference[i]!)
  return Math.max(0, sum / prompts)
}

/** Mean of the pairs' derivatives in log pi, and of their sizes. */
export type Pull = { loss: number; chosen: number; rejected: number }

export type Objective = {
  /** Fills `outer` [P x R] with d loss / d logits. The pull is null where no pair is read. */
  step(standing: Standing, pairs: ToyPairs, outer: Float64Array): { loss: number; pull: Pull | null }
}

export function openObjective(settings: ToySettings, seed: number): Objective {
  return settings.method === 'ppo' ? policyGradient(settings, seed) : lossOfPairs(settings)
}

function lossOfPairs(settings: ToySettings): Objective {
  const { prompts: P, responses: R, method } = settings
  const lossAt = pairLoss(method, settings)
  return {
    step(standing, pairs, outer) {
      const { logp, reference } = standing
      const kl = method === 'kto' ? meanKl(standing, P) : 0
      outer.fill(0)
      const pull = { loss: 0, chosen: 0, rejected: 0 }
      for (let p = 0; p < P; p++) {
        const [up, down] = [p * R + p, p * R + pairs[p]!]
        const point = { chosen: logp[up]!, rejected: logp[down]!, kl }
        const at = lossAt({ ...point, referenceChosen: reference[up]!, referenceRejected: reference[down]! })
        // d log pi(a) / d logits = e_a - pi
        const total = at.chosen + at.rejected
        for (let r = 0; r < R; r++) outer[p * R + r] = (-total * Math.exp(logp[p * R + r]!)) / P
        outer[up]! += at.chosen / P
        outer[down]! += at.rejected / P
        pull.loss += at.loss / P
        pull.chosen += Math.abs(at.chosen) / P
        pull.rejected += Math.abs(at.rejected) / P
      }
      return { loss: pull.loss, pull }
    },
  }
}

/**
 * PPO's clipped surrogate (Schulman et al., arXiv 1707.06347, equation 7) with every response weighed by its probability instead of sampled:
 * -sum_y pi_old(y|x) min(rho A, clip(rho, 1 - e, 1 + e) A) in the mean over prompts, rho = pi / pi_old. The advantage A is the reward
 * less beta (log pi_old - log pi_0), less its mean under pi_old. pi_old is taken anew every `ppo_passes` steps; with 1 pass this is the
 * plain policy gradient of E[r] - beta KL. The reward model learns from the pairs first (reward.ts).
 */
function policyGradient(settings: ToySettings, seed: number): Objective {
  const { prompts: P, responses: R } = settings
  const [beta, clip, passes] = ['kl_coef', 'cliprange', 'ppo_passes'].map((key) => numberOf(settings, key)) as [
    number,
    number,
    number,
  ]
  const reward = trainedRewards(settings, seed)
  const old = new Float64Array(P * R)
  const advantage = new Float64Array(P * R)
  let done = 0

  function look({ logp, reference }: Standing): void {
    old.set(logp)
    for (let p = 0; p < P; p++) {
      let mean = 0
      for (let i = p * R; i < (p + 1) * R; i++) {
        advantage[i] = reward[i]! - beta * (old[i]! - reference[i]!)
        mean += Math.exp(old[i]!) * advantage[i]!
      }
      for (let i = p * R; i < (p + 1) * R; i++) advantage[i]! -= mean
    }
  }

  return {
    step(standing, _, outer) {
      if (done++ % passes === 0) look(standing)
      const { logp } = standing
      let loss = 0
      for (let p = 0; p < P; p++) {
        let total = 0
        for (let i = p * R; i < (p + 1) * R; i++) {
          const [A, ratio, now] = [advantage[i]!, Math.exp(logp[i]! - old[i]!), Math.exp(logp[i]!)]
          const clipped = A > 0 ? ratio > 1 + clip : ratio < 1 - clip
          const bound = A > 0 ? 1 + clip : 1 - clip
          loss -= (Math.exp(old[i]!) * (clipped ? bound : ratio) * A) / P
          outer[i] = clipped ? 0 : (-now * A) / P
          total += outer[i]!
        }
        for (let i = p * R; i < (p + 1) * R; i++) outer[i]! -= total * Math.exp(logp[i]!)
      }
      return { loss, pull: null }
    },
  }
}
