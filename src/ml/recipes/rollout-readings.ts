// The readings of one step of learning from prompts.
import { mean, share } from '../diagnostics/quantiles.ts'
import { fracRewardZeroStd, moments } from '../sampling/advantages.ts'
import type { CarriedNumbers, PolicyGradient, Rollout } from './online-methods.ts'
import type { UpdateReadings } from './step-readings.ts'

/** What an update was made from, over all tokens it read: `loss` is weighted, the others are plain sums. */
export type UpdateSums = {
  loss: number
  tokens: number
  entropy: number
  approxKl: number
  /** k3 against the reference. */
  kl: number
  told: Record<string, number>
}
export type MadeUpdate = UpdateSums & { grad_norm: number }

export type RolloutReadings = Readonly<Record<string, number>>

/**
 * The readings of a step that sampled, under TRL's names; of the updates the mean. Where the method does not read the reference nothing is
 * known of `kl`.
 */
export function rolloutReadings(
  { readsReference, readings }: Pick<PolicyGradient, 'readsReference' | 'readings'>,
  groups: readonly (readonly Rollout[])[],
  { updates, carried }: { updates: readonly MadeUpdate[]; carried: CarriedNumbers },
  update: UpdateReadings,
): RolloutReadings {
  const over = (read: (one: MadeUpdate) => number) => mean(updates.map(read))
  const told = Object.keys(updates[0]!.told).map((name) => [name, over((one) => one.told[name]! / one.tokens)])
  return {
    loss: over(({ loss }) => loss),
    ...update,
    entropy: over(({ entropy, tokens }) => entropy / tokens),
    ...answerReadings(groups.map((group) => group.map((one) => ({ ...one, tokens: one.logps.length })))),
    // Of the first update alone: nothing was learnt before it from the answers that it read.
    ...(readsReference ? { kl: updates[0]!.kl / updates[0]!.tokens } : {}),
    ...(Object.fromEntries(told) as Record<string, number>),
    ...readings(groups.flat(), carried),
  }
}

/** What is told of the answers themselves. */
export function answerReadings(groups: readonly (readonly { score: number; ended: boolean; tokens: number }[])[]) {
  const rollouts = groups.flat()
  const scores = groups.map((group) => group.map(({ score }) => score))
  return {
    reward: mean(scores.flat()),
    reward_std: mean(scores.map((group) => moments(group).std)),
    frac_reward_zero_std: fracRewardZeroStd(scores),
    'completions/mean_length': mean(rollouts.map(({ tokens }) => tokens)),
    'completions/clipped_ratio': share(rollouts, ({ ended }) => !ended),
  }
}
