// Property 2 of 3D-Properties (section 3): Degradation into response suppression, the chosen no longer steered but dragged down.
import { defined, mean, quantile, share } from './quantiles.ts'
import { change, changePerToken, marginTurn, roundingNoise, type Likelihood, type PairScore } from './score.ts'

/**
 * Readings of Degradation on probed training and held-out pairs: mean change of the chosen log-probability per token against
 * the reference with its 10 % and 90 % quantile, `chosen_sum` the same per response, and `share`, the part of the pairs whose
 * chosen fell although their margin, change of chosen minus change of rejected per response, grew.
 */
export function degradationReadings(train: readonly PairScore[], heldout: readonly PairScore[]) {
  const chosen = (pairs: readonly PairScore[]) => pairs.map((pair) => pair.chosen)
  return {
    ...degradationOfChosen(chosen(train), chosen(heldout)),
    ...defined({
      'degradation/train/share': share(train, isSuppressed),
      'degradation/heldout/share': share(heldout, isSuppressed),
    }),
  }
}

/** Those of them that chosen responses tell by themselves. */
export function degradationOfChosen(train: readonly Likelihood[], heldout: readonly Likelihood[]) {
  const changes = train.map(changePerToken)
  return defined({
    'degradation/train/chosen': mean(changes),
    'degradation/train/chosen/p10': quantile(changes, 0.1),
    'degradation/train/chosen/p90': quantile(changes, 0.9),
    'degradation/train/chosen_sum': mean(train.map(change)),
    'degradation/heldout/chosen': mean(heldout.map(changePerToken)),
  })
}

function isSuppressed(pair: PairScore): boolean {
  return changePerToken(pair.chosen) < -roundingNoise && marginTurn(pair) > 0
}
