// The next-token distribution along responses: how much of it lies on few tokens, and how far it is from the reference's.
import { defined, mean, quantile } from './quantiles.ts'
import type { ResponseScore } from './score.ts'

/** A pair, or in `chosen` an answer alone. */
export type Trained = { chosen: ResponseScore; rejected: ResponseScore | null }

/**
 * Readings of the next-token distribution pi(. | prompt and what was said). Over all response tokens of `train`, both sides: mean `entropy`,
 * `argmax_mass` of the likeliest token, `top10_mass` of the ten likeliest. Squeezing (Ren and Sutherland 2024, arXiv 2407.10490, section 3) is mass
 * that gathers on what was likely before, while both sides of the pairs fall.
 *
 * Over the whole vocabulary, sum over v of pi_ref(v) (log pi_ref(v) - log pi(v)) at each token, left out where that was not measured:
 * `kl_full`, summed over the tokens of each of `sampled`, mean over them: as these are drawn from pi_ref, an estimate of the same
 * KL(pi_ref || pi) of whole responses as `kl`, by the chain rule, with the luck of each single token taken out. `kl_full_token` and
 * `kl_chosen`, the mean of a response over its tokens, then over `sampled` and over the chosen of `train`, with 10 % and 90 % quantiles.
 */
export function spreadReadings(train: readonly Trained[], sampled: readonly ResponseScore[]) {
  const responses = train.flatMap(({ chosen, rejected }) => (rejected ? [chosen, rejected] : [chosen]))
  const own = sampled.filter(isCompared)
  const perToken = own.map(klPerToken)
  const chosen = train
    .map((pair) => pair.chosen)
    .filter(isCompared)
    .map(klPerToken)
  return defined({
    'dispersion/entropy': tokenMean(responses, (score) => score.entropy),
    'dispersion/argmax_mass': tokenMean(responses, (score) => score.topMass),
    'dispersion/top10_mass': tokenMean(responses, (score) => score.likeliestMass),
    'dispersion/kl_full': mean(own.map(({ kl }) => kl)),
    'dispersion/kl_full_token': mean(perToken),
    'dispersion/kl_full_token/p10': quantile(perToken, 0.1),
    'dispersion/kl_full_token/p90': quantile(perToken, 0.9),
    'dispersion/kl_chosen': mean(chosen),
    'dispersion/kl_chosen/p10': quantile(chosen, 0.1),
    'dispersion/kl_chosen/p90': quantile(chosen, 0.9),
  })
}

type ComparedScore = ResponseScore & { kl: number }

const isCompared = (score: ResponseScore): score is ComparedScore => score.kl !== null

const klPerToken = ({ kl, tokens }: ComparedScore) => kl / tokens

function tokenMean(responses: readonly ResponseScore[], read: (score: ResponseScore) => number): number {
  const tokens = responses.reduce((sum, score) => sum + score.tokens, 0)
  return responses.reduce((sum, score) => sum + read(score) * score.tokens, 0) / tokens
}
