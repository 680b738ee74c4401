// How well the preference carries over to pairs never trained on.
import { defined, mean } from './quantiles.ts'
import { change, marginTurn, type PairScore } from './score.ts'

/**
 * Accuracy: share of held-out pairs whose chosen has the higher implicit reward beta (log pi - log pi_ref); a tie counts as half,
 * so that it starts at chance. Margin: mean reward of chosen minus reward of rejected, in nats.
 */
export function heldOutReadings(heldout: readonly PairScore[], { beta }: { beta: number }) {
  return defined({
    'probe/heldout/accuracy': mean(heldout.map((pair) => (marginTurn(pair) + 1) / 2)),
    'probe/heldout/margin': mean(heldout.map((pair) => beta * (change(pair.chosen) - change(pair.rejected)))),
  })
}
