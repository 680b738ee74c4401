// How the strength of labels enters a loss: as a margin, as a soft label, or as the weight of a pair. It is told by marks, or by numbers.
import type { PairLabels } from '../losses/pairs.ts'
import { floats, type HostArrays, type Tensors } from '../program.ts'
import type { Tensor1D } from '../tf.ts'
import type { PairUnit } from './plan.ts'

/**
 * From marks, of which a pair has its `strength`:
 * margin: `amount`, in units of reward, is asked for beyond a plain preference for each step of strength.
 * soft-label: `amount`, in [0.5, 1), is the probability that a plain preference is right.
 * weight: a plain preference counts 1, and each step of strength times `amount` > 0.
 * From numbers, of which a pair has its `margin`, any number:
 * margin: that times `amount` >= 0 is asked for, in units of reward.
 * soft-label: that times `amount` are the log-odds of the label.
 * weight: that is what a pair counts, whatever `amount`; it must be 0 or above.
 */
export type LabelUse = { as: 'margin' | 'soft-label' | 'weight'; amount: number; from?: 'numbers' }

/** What a pair's strength is read from: 0 for a tie, 1 for a plain preference, 2 for a strong one; or the number that came with it. */
type Labelled = Pick<PairUnit, 'id' | 'strength' | 'margin'>

const amounts = { margin: 'strength_margin', 'soft-label': 'label_confidence', weight: 'strength_weight' } as const

/** The use that a run's settings ask for, none by default. Throws one line when there is no such use or its number is missing. */
export function labelUse(
  read: (key: string) => number,
  values: Readonly<Record<string, unknown>>,
): LabelUse | undefined {
  const as = values.label_strength
  switch (as) {
    case undefined:
    case 'ignore':
      return undefined
    case 'margin':
    case 'soft-label':
    case 'weight':
      return { as, amount: read(amounts[as]) }
    case 'number-margin':
      return { as: 'margin', amount: read('number_scale'), from: 'numbers' }
    case 'number-soft-label':
      return { as: 'soft-label', amount: read('number_scale'), from: 'numbers' }
    case 'number-weight':
      return { as: 'weight', amount: 1, from: 'numbers' }
    default:
      throw new Error(`Setting label_strength must be one of its choices, got ${JSON.stringify(as)}.`)
  }
}

/**
 * m of a pair, in units of reward. Of marks as in Llama 2 (arXiv 2307.09288, section 3.2.2), counted from a plain preference; of numbers
 * as the offset of ODPO (arXiv 2402.10571), its scaling function the identity, and the margin of TRL's reward trainer.
 */
export function marginOf(pair: Labelled, { amount, from }: LabelUse): number {
  return amount * (from === 'numbers' ? numberOf(pair) : (pair.strength ?? 1) - 1)
}

/** Largest log-odds of a label by its number: the logarithms of both probabilities stay finite in float32. */
const SUREST = 15

/**
 * epsilon of a pair, the probability that its label is wrong, by the log-odds that it is right. Of marks 1 - sigmoid(strength
 * log(c / (1 - c))), c the confidence of a plain preference: a strong one has twice its log-odds, and a tie is a half. Of numbers
 * sigmoid(-amount margin), as Bradley and Terry would have it if they were rewards; log-odds are cut at -15 and 15.
 */
export function smoothingOf(pair: Labelled, { amount, from }: LabelUse): number {
  if (from !== 'numbers') return 1 / (1 + (amount / (1 - amount)) ** (pair.strength ?? 1))
  return 1 / (1 + Math.exp(Math.min(SUREST, Math.max(-SUREST, amount * numberOf(pair)))))
}

/**
 * What each pair of a step counts for. By marks their mean is 1 in each step, so that a step is as large as without. By numbers it is 1
 * over `all` pairs of the run, so that a pair counts the same in whatever step it comes. Throws when all are 0.
 */
export function pairWeights(
  pairs: readonly Labelled[],
  use: LabelUse | undefined,
  all: readonly Labelled[] = pairs,
): number[] {
  if (use?.as !== 'weight') return pairs.map(() => 1)
  const numbers = use.from === 'numbers'
  const weight = (pair: Labelled) => (numbers ? numberOf(pair) : use.amount ** ((pair.strength ?? 1) - 1))
  const over = numbers ? all : pairs
  const total = over.reduce((sum, pair) => sum + weight(pair), 0)
  if (total === 0) throw new Error('The numbers of all pairs are 0, so none would weigh anything.')
  return pairs.map((pair) => (weight(pair) * over.length) / total)
}

function numberOf({ id, margin }: Labelled): number {
  if (margin === undefined) throw new Error(`Pair ${id} has no number, and the loss reads one of each pair.`)
  return margin
}

/** The inputs, [P], by which the programs of pairs are told of labels; none where losses read none. */
export function labelInputs(pairs: readonly Labelled[], use: LabelUse | undefined): HostArrays {
  switch (use?.as) {
    case 'margin':
      return { label_margin: floats(pairs.map((pair) => marginOf(pair, use))) }
    case 'soft-label':
      return { label_smoothing: floats(pairs.map((pair) => smoothingOf(pair, use))) }
    default:
      return {}
  }
}

/** The shapes of `labelInputs`. */
export const labelSizes = { label_margin: ['P'], label_smoothing: ['P'] }

/** What a loss is told of labels, out of `labelInputs`. */
export function labelsGiven({ label_margin: margin, label_smoothing: smoothing }: Tensors): PairLabels {
  return {
    ...(margin ? { margin: margin as Tensor1D } : {}),
    ...(smoothing ? { labelSmoothing: smoothing as Tensor1D } : {}),
  }
}
