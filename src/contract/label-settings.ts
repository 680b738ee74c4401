// The settings by which the strength of labels reaches the loss: read by the methods whose row names a use of labels (method.ts).
import type { Setting } from './setting.ts'

/** What the strength of labels can be to a loss. */
export type LabelUse = 'margin' | 'soft-label' | 'weight'

/** Where strength is told: by a person's marks, or by the numbers that came with a pair (pair-numbers.ts). */
export type StrengthSource = 'marks' | 'numbers'

const uses = ['margin', 'soft-label', 'weight'] as const
const ofNumbers = { margin: 'number-margin', 'soft-label': 'number-soft-label', weight: 'number-weight' } as const

/** The choices of `label_strength` by which a loss that knows this use can be told of strength. */
export const strengthChoices = (use: LabelUse): string[] => [use, ofNumbers[use]]

/** What a value of `label_strength` asks for; null where strength is ignored. */
export function strengthUse(value: unknown): { as: LabelUse; from: StrengthSource } | null {
  const as = uses.find((use) => strengthChoices(use).includes(String(value)))
  return as ? { as, from: value === as ? 'marks' : 'numbers' } : null
}

const when = (...is: string[]) => ({ key: 'label_strength', is })

export const labelSettings = [
  {
    key: 'label_strength',
    label: 'Strength of labels',
    group: 'method',
    kind: 'choice',
    choices: ['ignore', ...uses, ...uses.map((use) => ofNumbers[use])],
    default: 'ignore',
    meaning:
      'What a strong preference is to the loss: nothing more than a plain one, a margin between the rewards, a surer label, or a larger weight. With soft labels ties train too. The choices number-… read the margin or the scores that came with the pairs instead of marks, and each pair needs one.',
  },
  {
    key: 'strength_margin',
    label: 'Margin of a strong label',
    symbol: 'm',
    group: 'method',
    kind: 'number',
    min: 0,
    max: 100,
    usual: [0.1, 3],
    default: 1,
    when: when('margin'),
    meaning: 'How far apart, in units of reward, the two sides of a strong preference shall be beyond a plain one.',
  },
  {
    key: 'label_confidence',
    label: 'Confidence of a plain label',
    group: 'method',
    kind: 'number',
    min: 0.5,
    max: 0.999,
    usual: [0.7, 0.95],
    default: 0.9,
    when: when('soft-label'),
    meaning: 'Probability that a plain preference is right. A strong one has twice its log-odds, a tie is a half.',
  },
  {
    key: 'strength_weight',
    label: 'Weight of a strong label',
    group: 'method',
    kind: 'number',
    min: 0.01,
    max: 100,
    usual: [1, 4],
    default: 2,
    when: when('weight'),
    meaning: 'What a strong preference counts for where a plain one counts 1. The weights of a step sum to 1.',
  },
  {
    key: 'number_scale',
    label: 'Scale of numbers',
    symbol: 'κ',
    group: 'method',
    kind: 'number',
    min: 0,
    max: 1000,
    usual: [0.1, 3],
    default: 1,
    when: when(ofNumbers.margin, ofNumbers['soft-label']),
    meaning:
      'What one unit of the numbers that came with the pairs is worth: in units of reward as a margin, in log-odds as a soft label.',
  },
] as const satisfies readonly Setting[]
