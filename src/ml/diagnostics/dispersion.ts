// Property 3 of 3D-Properties (section 3): Dispersion, likelihood moving to responses that are in no pair.
import { defined, mean, quantile } from './quantiles.ts'
import { change, changePerToken, type PairScore, type ResponseScore } from './score.ts'

/**
 * Readings of Dispersion. `other` and `sampled` are mean changes of log-probability per token against the reference, of other
 * prompts' chosen answers and of answers sampled from the reference, with 10 % and 90 % quantiles.
 * `kl` estimates KL(pi_ref || pi) = E over y from pi_ref of log pi_ref(y) - log pi(y), in nats per response, on the samples;
 * an estimate of few samples can be below zero. `entropy` and `argmax_mass` are means over all response tokens of `train`.
 */
export function dispersionReadings(probes: {
  train: readonly PairScore[]
  other: readonly ResponseScore[]
  sampled: readonly ResponseScore[]
}) {
  const other = probes.other.map(changePerToken)
  const sampled = probes.sampled.map(changePerToken)
  const responses = probes.train.flatMap((pair) => [pair.chosen, pair.rejected])
  return defined({
    'dispersion/other': mean(other),
    'dispersion/other/p10': quantile(other, 0.1),
    'dispersion/other/p90': quantile(other, 0.9),
    'dispersion/sampled': mean(sampled),
    'dispersion/sampled/p10': quantile(sampled, 0.1),
    'dispersion/sampled/p90': quantile(sampled, 0.9),
    'dispersion/kl': mean(probes.sampled.map((score) => -change(score))),
    'dispersion/entropy': tokenMean(responses, (score) => score.entropy),
    'dispersion/argmax_mass': tokenMean(responses, (score) => score.topMass),
  })
}

function tokenMean(responses: readonly ResponseScore[], read: (score: ResponseScore) => number): number {
  const tokens = responses.reduce((sum, score) => sum + score.tokens, 0)
  return responses.reduce((sum, score) => sum + read(score) * score.tokens, 0) / tokens
}
