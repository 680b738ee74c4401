// How well a reward model tells chosen from rejected.
import { mean, share } from './quantiles.ts'

/** A reward model's rewards of both responses of a pair, in its own units. */
export type RewardedPair = { chosen: number; rejected: number }

const marginOf = ({ chosen, rejected }: RewardedPair) => chosen - rejected

/** Share of pairs whose chosen response has the higher reward; a tie counts as half. */
export function rewardAccuracy(pairs: readonly RewardedPair[]): number {
  return mean(pairs.map((pair) => (1 + Math.sign(marginOf(pair))) / 2))
}

/** Mean of -log sigma(margin), nats: what the labels surprise the model by. ln 2 where it knows nothing. */
export function rewardLogLoss(pairs: readonly RewardedPair[]): number {
  return mean(pairs.map((pair) => Math.max(0, -marginOf(pair)) + Math.log1p(Math.exp(-Math.abs(marginOf(pair))))))
}

/** Bins of confidence. */
const bins = 10

/**
 * Expected calibration error (Naeini et al. 2015; Guo et al. 2017, equation 3), 0 to 1: by how much the confidence of its preference,
 * sigma(|margin|), differs from the share of pairs in which it is right, over ten equal bins of confidence from 0.5 to 1, weighed by pairs.
 */
export function calibrationError(pairs: readonly RewardedPair[]): number {
  const sure = pairs.map((pair) => ({ confidence: 1 / (1 + Math.exp(-Math.abs(marginOf(pair)))), pair }))
  return Array.from({ length: bins }, (_, bin) =>
    sure.filter(({ confidence }) => Math.min(bins - 1, Math.floor((confidence - 0.5) * 2 * bins)) === bin),
  )
    .filter((own) => own.length > 0)
    .reduce((sum, own) => {
      const gap = mean(own.map(({ confidence }) => confidence)) - rewardAccuracy(own.map(({ pair }) => pair))
      return sum + (own.length / pairs.length) * Math.abs(gap)
    }, 0)
}

/** The readings of a step of a reward model under TRL's names. `loss` is told by its caller. */
export function rewardReadings(pairs: readonly RewardedPair[]) {
  const rewards = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected])
  return {
    accuracy: share(pairs, (pair) => marginOf(pair) > 0),
    margin: mean(pairs.map(marginOf)),
    min_reward: Math.min(...rewards),
    mean_reward: mean(rewards),
    max_reward: Math.max(...rewards),
  }
}
