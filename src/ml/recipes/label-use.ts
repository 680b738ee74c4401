// How the strength of labels enters a loss: as a margin, as a soft label, or as the weight of a pair.
import type { PairLabels } from '../losses/pairs.ts'
import { floats, type HostArrays, type Tensors } from '../program.ts'
import type { Tensor1D } from '../tf.ts'
import type { PairUnit } from './plan.ts'

/**
 * margin: `amount`, in units of reward, is asked for beyond a plain preference for each step of strength.
 * soft-label: `amount`, in [0.5, 1), is the probability that a plain preference is right.
 * weight: a plain preference counts 1, and each step of strength times `amount` > 0.
 */
export type LabelUse = { as: 'margin' | 'soft-label' | 'weight'; amount: number }

/** What a pair's strength is read from: 0 for a tie, 1 for a plain preference, 2 for a strong one. */
type Labelled = Pick<PairUnit, 'strength'>

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
    default:
      throw new Error(`Setting label_strength must be one of its choices, got ${JSON.stringify(as)}.`)
  }
}

/** m of a pair, in units of reward: as in Llama 2 (arXiv 2307.09288, section 3.2.2), counted from a plain preference. */
export function marginOf({ strength = 1 }: Labelled, perStep: number): number {
  return perStep * (strength - 1)
}

/**
 * epsilon of a pair, the probability that its label is wrong: 1 - sigmoid(strength log(c / (1 - c))), c the confidence of a plain
 * preference. A strong one has twice its log-odds, and a tie is a half.
 */
export function smoothingOf({ strength = 1 }: Labelled, confidence: number): number {
  return 1 / (1 + (confidence / (1 - confidence)) ** strength)
}

/** What each pair of a step counts for; their mean is 1, so that a step is as large as without. */
export function pairWeights(pairs: readonly Labelled[], use: LabelUse | undefined): number[] {
  const weights = pairs.map(({ strength = 1 }) => (use?.as === 'weight' ? use.amount ** (strength - 1) : 1))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => (weight * pairs.length) / total)
}

/** The inputs, [P], by which the programs of pairs are told of labels; none where losses read none. */
export function labelInputs(pairs: readonly Labelled[], use: LabelUse | undefined): HostArrays {
  switch (use?.as) {
    case 'margin':
      return { label_margin: floats(pairs.map((pair) => marginOf(pair, use.amount))) }
    case 'soft-label':
      return { label_smoothing: floats(pairs.map((pair) => smoothingOf(pair, use.amount))) }
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
