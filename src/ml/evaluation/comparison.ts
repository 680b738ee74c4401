// Two policies on the same items: what differs between them, item by item, and whether that may be chance.
import type { PassRate } from '../checkers/pass-rate.ts'
import { halvedTies } from './figures.ts'
import { meanInterval, type MeanInterval } from './mean-interval.ts'
import {
  answeredRight,
  meanScore,
  preferredByReward,
  preferredBySum,
  rewardMargin,
  sumMargin,
  type Outcome,
} from './outcome.ts'
import { exactMcNemar, pairedDifference, type Paired } from './paired-shares.ts'

/** `difference` is the share of B minus that of A; `p` is that of McNemar's exact test on the items that only one got right. */
export type ComparedShares = Paired & { difference: MeanInterval; p: number }

export type Comparison = {
  pairs:
    | (ComparedShares & {
        /** Margin of B minus that of A, nats; null where they are not sums over the same tokens. */
        margin: MeanInterval | null
        /** Accuracy and margin of B's changes against A as the reference; null likewise. */
        reward: { accuracy: PassRate; margin: MeanInterval } | null
      })
    | null
  answers: ComparedShares | null
  /** Mean score of B minus that of A, of prompts; null where the judge decides. */
  scores: MeanInterval | null
}

/**
 * Compares `a` and `b`, outcomes of the same items in the same order. `sameTokens`: both read texts as the same tokens. `scored`: the judge
 * is a reward model. `isRight` says whether an item with this share of right answers, or this preference, counts as right.
 */
export function comparison(a: readonly Outcome[], b: readonly Outcome[], how: Comparing): Comparison {
  return {
    pairs: comparedPairs(a, b, how),
    answers: comparedAnswers(a, b, how),
    scores: how.scored ? comparedScores(a, b) : null,
  }
}

export type Comparing = { sameTokens: boolean; scored: boolean; isRight: (share: number) => boolean }

function comparedPairs(
  a: readonly Outcome[],
  b: readonly Outcome[],
  { sameTokens, isRight }: Comparing,
): Comparison['pairs'] {
  const both = a.flatMap(({ likelihood: own }, i) => {
    const other = b[i]?.likelihood
    return own && other ? [{ a: own, b: other }] : []
  })
  const preferred = both.flatMap((pair) => shared(preferredBySum(pair.a), preferredBySum(pair.b)))
  if (preferred.length === 0) return null
  if (!sameTokens) return { ...comparedShares(preferred, isRight), margin: null, reward: null }
  const against = both.map((pair) => ({
    chosen: { ...pair.b.chosen, reference: pair.a.chosen.logp },
    rejected: { ...pair.b.rejected, reference: pair.a.rejected.logp },
  }))
  return {
    ...comparedShares(preferred, isRight),
    margin: meanInterval(both.map((pair) => sumMargin(pair.b) - sumMargin(pair.a))),
    reward: {
      accuracy: halvedTies(against.map(preferredByReward)),
      margin: meanInterval(against.map((pair) => rewardMargin(pair) ?? NaN)),
    },
  }
}

function comparedAnswers(a: readonly Outcome[], b: readonly Outcome[], { isRight }: Comparing): Comparison['answers'] {
  const right = a.flatMap(({ answers }, i) => shared(answeredRight(answers), answeredRight(b[i]?.answers ?? [])))
  return right.length === 0 ? null : comparedShares(right, isRight)
}

/** Prompts that only one has answers to are left out. */
function comparedScores(a: readonly Outcome[], b: readonly Outcome[]): MeanInterval {
  const both = a.flatMap(({ answers }, i) => shared(meanScore(answers), meanScore(b[i]?.answers ?? [])))
  return meanInterval(both.map((one) => one.b - one.a))
}

type Shares = { a: number; b: number }

const shared = (a: number | null, b: number | null): Shares[] => (a === null || b === null ? [] : [{ a, b }])

/**
 * Where each item is right or wrong, the interval is Newcombe's for paired shares; with ties or several answers an item has a share, and
 * it is the t interval of the differences.
 */
function comparedShares(items: readonly Shares[], isRight: Comparing['isRight']): ComparedShares {
  const count = (a: boolean, b: boolean) => items.filter((one) => isRight(one.a) === a && isRight(one.b) === b).length
  const paired = {
    ...{ both: count(true, true), onlyA: count(true, false) },
    ...{ onlyB: count(false, true), neither: count(false, false) },
  }
  const whole = items.every(({ a, b }) => Number.isInteger(a) && Number.isInteger(b))
  const difference = whole ? pairedDifference(paired) : meanInterval(items.map(({ a, b }) => b - a))
  return { ...paired, difference, p: exactMcNemar(paired) }
}
