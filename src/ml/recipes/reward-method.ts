// Training a reward model on pairs: Bradley and Terry's likelihood that the chosen response is preferred.
import { bradleyTerryLoss, type PairRewards } from '../losses/reward-model.ts'
import type { PairLabels, PairLosses } from '../losses/pairs.ts'
import { labelUse, type LabelUse } from './label-use.ts'
import type { Numbers, Values } from './pair-method.ts'

export type RewardMethod = {
  learns: 'rewards'
  head: 'reward'
  /** One loss a pair, [P]. */
  loss(rewards: PairRewards, labels: PairLabels): PairLosses
  /** How the strength of labels enters the loss; not at all by default. */
  labels?: LabelUse
}

export function rewardModel(read: Numbers, values: Values): RewardMethod {
  const centring = read('centring')
  return {
    ...{ learns: 'rewards', head: 'reward', labels: labelUse(read, values) },
    loss: (rewards, labels) => bradleyTerryLoss(rewards, { centring, ...labels }),
  }
}
