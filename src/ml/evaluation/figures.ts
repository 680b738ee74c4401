// The figures of one evaluation: shares and means over its items, each with a 95 % interval.
import { scoreInterval, type PassRate } from '../checkers/pass-rate.ts'
import { share } from '../diagnostics/quantiles.ts'
import { meanInterval, type MeanInterval } from './mean-interval.ts'
import {
  answeredRight,
  meanScore,
  preferredByReward,
  preferredBySum,
  preferredByToken,
  rewardMargin,
  sumMargin,
  tokenMargin,
  type JudgedAnswer,
  type Outcome,
} from './outcome.ts'

export type PairFigures = {
  /** Share of pairs whose chosen response is the likelier, a tie counted as half: by sums, and by means over tokens. */
  accuracy: PassRate
  accuracyPerToken: PassRate
  /** Log-probability of chosen minus that of rejected, nats. */
  margin: MeanInterval
  marginPerToken: MeanInterval
  /** Log-probability per token, nats. */
  chosen: MeanInterval
  rejected: MeanInterval
  /** Accuracy and margin of the changes against the reference; null without one. */
  reward: { accuracy: PassRate; margin: MeanInterval } | null
}

export type AnswerFigures = {
  prompts: number
  answers: number
  /** Prompts with an answer that the checker could decide, and the answers that it could not. */
  decided: number
  undecided: number
  /** Share of answers that pass. */
  passRate: PassRate
  /** Mean score, of the prompts' means; null where the judge decides. */
  score: MeanInterval | null
  /** Tokens of an answer. */
  length: MeanInterval
  /** Share of answers that did not end by themselves. */
  unended: number
}

export type Figures = { pairs: PairFigures | null; answers: AnswerFigures | null }

/** `scored`: the judge is a reward model, which gives scores of any size and decides nothing. */
export function evaluationFigures(outcomes: readonly Outcome[], { scored }: { scored: boolean }): Figures {
  return { pairs: pairFigures(outcomes), answers: answerFigures(outcomes, scored) }
}

function pairFigures(outcomes: readonly Outcome[]): PairFigures | null {
  const pairs = outcomes.flatMap(({ likelihood }) => likelihood ?? [])
  if (pairs.length === 0) return null
  const rewards = pairs.flatMap((pair) => rewardMargin(pair) ?? [])
  return {
    accuracy: halvedTies(pairs.map(preferredBySum)),
    accuracyPerToken: halvedTies(pairs.map(preferredByToken)),
    margin: meanInterval(pairs.map(sumMargin)),
    marginPerToken: meanInterval(pairs.map(tokenMargin)),
    chosen: meanInterval(pairs.map(({ chosen }) => chosen.logp / chosen.tokens)),
    rejected: meanInterval(pairs.map(({ rejected }) => rejected.logp / rejected.tokens)),
    reward:
      rewards.length === 0
        ? null
        : { accuracy: halvedTies(pairs.map(preferredByReward)), margin: meanInterval(rewards) },
  }
}

/** The share of 1 among values of 1, 0.5 for a tie, and 0, with Wilson's interval; null is left out. */
export function halvedTies(preferred: readonly (number | null)[]): PassRate {
  const known = preferred.filter((value) => value !== null)
  return scoreInterval(
    known.reduce((sum, value) => sum + value, 0),
    known.length,
  )
}

function answerFigures(outcomes: readonly Outcome[], scored: boolean): AnswerFigures | null {
  const asked = outcomes.map(({ answers }) => answers).filter((answers) => answers.length > 0)
  if (asked.length === 0) return null
  const all = asked.flat()
  const shares = asked.flatMap((answers) => answeredRight(answers) ?? [])
  return {
    ...{ prompts: asked.length, answers: all.length, decided: shares.length },
    undecided: all.filter(({ verdict }) => verdict === 'undecided').length,
    passRate: clusteredPassRate(asked, shares),
    // Answers to one prompt are alike: the items are the prompts.
    score: scored ? meanInterval(asked.flatMap((answers) => meanScore(answers) ?? [])) : null,
    length: meanInterval(asked.map((answers) => answers.reduce((sum, { tokens }) => sum + tokens, 0) / answers.length)),
    unended: share(all, ({ ended }) => !ended),
  }
}

/**
 * Wilson's interval where each prompt was answered once. Several answers to a prompt are not independent of each other: there the
 * share is the mean of the prompts' shares with its t interval, cut to 0 to 1.
 */
function clusteredPassRate(asked: readonly (readonly JudgedAnswer[])[], shares: readonly number[]): PassRate {
  const passed = asked.flat().filter(({ verdict }) => verdict === 'pass').length
  const several = asked.some((answers) => answers.length > 1)
  if (!several || shares.length === 0) return scoreInterval(passed, shares.length)
  const { mean, low, high, of } = meanInterval(shares)
  return { passed, of, rate: mean, low: Math.max(0, low ?? 0), high: Math.min(1, high ?? 1) }
}
