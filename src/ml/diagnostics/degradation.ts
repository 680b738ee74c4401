// Property 2 of 3D-Properties (section 3): Degradation into response suppression, the chosen no longer steered but dragged down.
import { defined, mean, quantile, share } from './quantiles.ts'
import { change, changePerToken, marginTurn, roundingNoise, type PairScore } from './score.ts'

/**
 * Readings of Degradation on probed training and held-out pairs: mean change of the chosen log-probability per token against
 * the reference with its 10 % and 90 % quantile, `chosen_sum` the same per response, and `share`, the part of the pairs whose
 * chosen fell although their margin, change of chosen minus change of rejected per response, grew.
 */
export function degradationReadings(train: readonly PairScore[], heldout: readonly PairScore[]) {
  const chosen = train.map((pair) => changePerToken(pair.chosen))
  return defined({
    'degradation/train/chosen': mean(chosen),
    'degradation/train/chosen/p10': quantile(chosen, 0.1),
    'degradation/train/chosen/p90': quantile(chosen, 0.9),
    'degradation/train/chosen_sum': mean(train.map((pair) => change(pair.chosen))),
    'degradation/heldout/chosen': mean(heldout.map((pair) => changePerToken(pair.chosen))),
    'degradation/train/share': share(train, isSuppressed),
    'degradation/heldout/share': share(heldout, isSuppressed),
  })
}

function isSuppressed(pair: PairScore): boolean {
  return changePerToken(pair.chosen) < -roundingNoise && marginTurn(pair) > 0
}
