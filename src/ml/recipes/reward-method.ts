// Training a reward model on pairs: Bradley and Terry's likelihood that the chosen response is preferred.
import { bradleyTerryLoss, type PairRewards } from '../losses/reward-model.ts'
import type { PairLosses } from '../losses/pairs.ts'

export type RewardMethod = {
  learns: 'rewards'
  head: 'reward'
  /** One loss a pair, [P]. */
  loss(rewards: PairRewards): PairLosses
}

export function rewardModel(read: (key: string) => number): RewardMethod {
  const centring = read('centring')
  return { learns: 'rewards', head: 'reward', loss: (rewards) => bradleyTerryLoss(rewards, { centring }) }
}
