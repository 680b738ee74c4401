// What can be told of a run on answers alone, each good or bad, without a second answer to the same prompt to compare with.
import { degradationOfChosen } from './degradation.ts'
import { dropOfRejected, speedRatio } from './drop.ts'
import { defined, mean } from './quantiles.ts'
import { roundingNoise, changePerToken, type Likelihood, type ResponseScore, type RewardOf } from './score.ts'

/** Probed answers by what was said of them. */
export type MarkedScores = { good: readonly ResponseScore[]; bad: readonly ResponseScore[] }

/**
 * Drop of the bad answers and Degradation of the good ones, with the names and formulas that rejected and chosen responses of pairs have:
 * means, quantiles and the ratio of speeds need no pairs. Shares of pairs, the gradient ratio and the correlation with length do: they
 * are left out. `probe/heldout/margin` is the mean reward of good held-out answers minus that of bad ones, `probe/heldout/auc` as in `auc`.
 */
export function answerProbeReadings(train: MarkedScores, heldout: MarkedScores, reward: RewardOf) {
  const rewards = {
    good: mean(heldout.good.map((answer) => reward(answer, 'chosen'))),
    bad: mean(heldout.bad.map((answer) => reward(answer, 'rejected'))),
  }
  return {
    ...dropOfRejected(train.bad, heldout.bad),
    ...degradationOfChosen(train.good, heldout.good),
    ...defined({
      'drop/train/speed_ratio': speedRatio(train.bad, train.good),
      'probe/heldout/margin': rewards.good - rewards.bad,
      'probe/heldout/auc': auc(heldout),
    }),
  }
}

/**
 * Share of all ways to take one good and one bad answer in which the good one's log-probability per token changed for the better against
 * the reference, 0 to 1; a tie counts as half, so 0.5 says nothing. The area under the ROC curve (Hanley and McNeil 1982). NaN without both kinds.
 */
export function auc({ good, bad }: { good: readonly Likelihood[]; bad: readonly Likelihood[] }): number {
  const turns = good.flatMap((one) =>
    bad.map((other) => {
      const ahead = changePerToken(one) - changePerToken(other)
      return Math.abs(ahead) <= 2 * roundingNoise ? 0.5 : ahead > 0 ? 1 : 0
    }),
  )
  return mean(turns)
}
