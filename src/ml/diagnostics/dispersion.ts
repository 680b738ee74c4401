// Property 3 of 3D-Properties (section 3): Dispersion, likelihood moving to responses that are in no pair.
import { defined, mean, quantile } from './quantiles.ts'
import { spreadReadings, type Trained } from './spread.ts'
import { change, changePerToken, type ResponseScore } from './score.ts'

/** Kinds of responses that are in no pair of their prompt, as their readings are named. */
export const unseenKinds = [
  'other',
  'other_rejected',
  'near_miss',
  'shuffled',
  'sampled',
  'resampled',
  'out_of_domain',
] as const

type Unseen = Partial<Record<(typeof unseenKinds)[number], readonly ResponseScore[]>>

/**
 * Readings of Dispersion. Of each unseen kind the mean change of log-probability per token against the reference, with 10 % and 90 % quantiles:
 * other prompts' chosen (`other`) and rejected answers, near misses and shuffles of the chosen, answers sampled from the reference at
 * temperature 1 (`sampled`) and at another one, and chosen answers of another set (`out_of_domain`).
 * `kl` estimates KL(pi_ref || pi) = E over y from pi_ref of log pi_ref(y) - log pi(y), in nats per response, on the samples; an estimate of few
 * samples can be below zero. `kl_k3` is the estimate (r - 1) - log r with r = pi(y) / pi_ref(y), which cannot (Schulman 2020); a sample that
 * became much likelier outweighs all others in it. What the next-token distributions say is read by `spreadReadings`.
 */
export function dispersionReadings({ train, ...unseen }: Unseen & { train: readonly Trained[] }) {
  const sampled = (unseen.sampled ?? []).map(change)
  return {
    ...changeReadings(unseen),
    ...defined({
      'dispersion/kl': mean(sampled.map((change) => -change)),
      'dispersion/kl_k3': mean(sampled.map((change) => Math.expm1(change) - change)),
    }),
    ...spreadReadings(train, unseen.sampled ?? []),
  }
}

type UnseenReading = `dispersion/${(typeof unseenKinds)[number]}${'' | '/p10' | '/p90'}`

function changeReadings(unseen: Unseen): Partial<Record<UnseenReading, number>> {
  const readings = unseenKinds.flatMap((kind) => {
    const changes = (unseen[kind] ?? []).map(changePerToken)
    return [
      [`dispersion/${kind}`, mean(changes)],
      [`dispersion/${kind}/p10`, quantile(changes, 0.1)],
      [`dispersion/${kind}/p90`, quantile(changes, 0.9)],
    ]
  })
  return defined(Object.fromEntries(readings) as Record<UnseenReading, number>)
}
