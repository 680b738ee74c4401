// How well the preference carries over to pairs never trained on.
import { defined, mean } from './quantiles.ts'
import { marginTurn, type PairScore, type RewardOf } from './score.ts'

/**
 * Accuracy: share of held-out pairs whose chosen gained on the rejected against the reference, whatever the method, so that
 * methods compare; a tie counts as half, so that it starts at chance. Margin: mean reward of chosen minus that of rejected, as the
 * method has it.
 */
export function heldOutReadings(heldout: readonly PairScore[], reward: RewardOf) {
  return defined({
    'probe/heldout/accuracy': mean(heldout.map((pair) => (marginTurn(pair) + 1) / 2)),
    'probe/heldout/margin': mean(
      heldout.map(({ chosen, rejected }) => reward(chosen, 'chosen') - reward(rejected, 'rejected')),
    ),
  })
}
