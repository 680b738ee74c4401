// The readings of one step of learning from prompts.
import { mean, share } from '../diagnostics/quantiles.ts'
import { fracRewardZeroStd, klPerToken, moments } from '../sampling/advantages.ts'
import type { OnlineMethod, Rollout } from './online-methods.ts'
import type { UpdateReadings } from './step-readings.ts'

export type RolloutReadings = ReturnType<typeof rolloutReadings>

/** The readings of a step that sampled, under TRL's names. Where the method does not read the reference nothing is known of `kl`. */
export function rolloutReadings(
  { readsReference }: Pick<OnlineMethod, 'readsReference'>,
  groups: readonly (readonly Rollout[])[],
  sums: { loss: number; entropy: number; lengths: readonly number[] },
  update: UpdateReadings,
) {
  const rollouts = groups.flat()
  const scores = groups.map((group) => group.map(({ score }) => score))
  const tokens = sums.lengths.reduce((sum, length) => sum + length, 0)
  return {
    loss: sums.loss,
    ...update,
    entropy: sums.entropy / tokens,
    reward: mean(scores.flat()),
    reward_std: mean(scores.map((group) => moments(group).std)),
    frac_reward_zero_std: fracRewardZeroStd(scores),
    ...(readsReference ? { kl: mean(rollouts.flatMap(klOf)) } : {}),
    'completions/mean_length': mean(sums.lengths),
    'completions/clipped_ratio': share(rollouts, ({ ended }) => !ended),
  }
}

function klOf({ logps, referenceLogps }: Rollout): number[] {
  return [...klPerToken(logps, referenceLogps, 'k3')]
}
