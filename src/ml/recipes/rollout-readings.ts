// The readings of one step of learning from prompts.
import { mean, share } from '../diagnostics/quantiles.ts'
import { fracRewardZeroStd, klPerToken, moments } from '../sampling/advantages.ts'
import type { Rollout } from './online-methods.ts'
import type { UpdateReadings } from './step-readings.ts'

export type RolloutReadings = ReturnType<typeof rolloutReadings>

/** The readings of a step that sampled, under TRL's names. */
export function rolloutReadings(
  groups: readonly (readonly Rollout[])[],
  sums: { loss: number; entropy: number; lengths: readonly number[] },
  update: UpdateReadings,
) {
  const rollouts = groups.flat()
  const scores = groups.map((group) => group.map(({ score }) => score))
  const tokens = sums.lengths.reduce((sum, length) => sum + length, 0)
  const kl = rollouts.flatMap(({ logps, referenceLogps }) => [...klPerToken(logps, referenceLogps, 'k3')])
  return {
    loss: sums.loss,
    ...update,
    entropy: sums.entropy / tokens,
    reward: mean(scores.flat()),
    reward_std: mean(scores.map((group) => moments(group).std)),
    frac_reward_zero_std: fracRewardZeroStd(scores),
    kl: mean(kl),
    'completions/mean_length': mean(sums.lengths),
    'completions/clipped_ratio': share(rollouts, ({ ended }) => !ended),
  }
}
