// Property 1 of 3D-Properties (Yan et al. 2025, section 3): the drastic Drop of the rejected response's likelihood.
import { defined, mean, quantile, share } from './quantiles.ts'
import { change, changePerToken, roundingNoise, type Likelihood, type PairScore } from './score.ts'

/**
 * Readings of Drop on probed training and held-out pairs. With d = (log pi - log pi_ref) / tokens of a response:
 * `rejected` is the mean of d over pairs with its 10 % and 90 % quantile, `rejected_sum` the mean without the division,
 * `speed_ratio` |mean d of rejected| / |mean d of chosen|, left out while the chosen has not moved,
 * `fell_faster` the share of pairs with d(rejected) < 0 and |d(rejected)| > |d(chosen)|,
 * `log_gradient_ratio` the mean of log |dl/dpi-| - log |dl/dpi+| = log pi+ - log pi- of whole responses (Corollary 1).
 */
export function dropReadings(train: readonly PairScore[], heldout: readonly PairScore[]) {
  const rejected = (pairs: readonly PairScore[]) => pairs.map((pair) => pair.rejected)
  const chosen = train.map((pair) => pair.chosen)
  return {
    ...dropOfRejected(rejected(train), rejected(heldout)),
    ...defined({
      'drop/train/speed_ratio': speedRatio(rejected(train), chosen),
      'drop/train/fell_faster': share(train, fellFaster),
      'drop/train/log_gradient_ratio': mean(train.map((pair) => pair.chosen.policy - pair.rejected.policy)),
    }),
  }
}

/** Those of them that rejected responses tell by themselves. */
export function dropOfRejected(train: readonly Likelihood[], heldout: readonly Likelihood[]) {
  const changes = train.map(changePerToken)
  return defined({
    'drop/train/rejected': mean(changes),
    'drop/train/rejected/p10': quantile(changes, 0.1),
    'drop/train/rejected/p90': quantile(changes, 0.9),
    'drop/train/rejected_sum': mean(train.map(change)),
    'drop/heldout/rejected': mean(heldout.map(changePerToken)),
  })
}

/** |mean d of rejected| / |mean d of chosen|; NaN while the chosen has not moved. */
export function speedRatio(rejected: readonly Likelihood[], chosen: readonly Likelihood[]): number {
  const moved = (responses: readonly Likelihood[]) => Math.abs(mean(responses.map(changePerToken)))
  return moved(chosen) > roundingNoise ? moved(rejected) / moved(chosen) : NaN
}

function fellFaster(pair: PairScore): boolean {
  const rejected = changePerToken(pair.rejected)
  return rejected < -roundingNoise && -rejected > Math.abs(changePerToken(pair.chosen))
}
