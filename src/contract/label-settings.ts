// The settings by which the strength of labels reaches the loss: read by the methods whose row names a use of labels (method.ts).
import type { Setting } from './setting.ts'

/** What the strength of labels can be to a loss. */
export type LabelUse = 'margin' | 'soft-label' | 'weight'

const when = (is: LabelUse) => ({ key: 'label_strength', is })

export const labelSettings = [
  {
    key: 'label_strength',
    label: 'Strength of labels',
    group: 'method',
    kind: 'choice',
    choices: ['ignore', 'margin', 'soft-label', 'weight'],
    default: 'ignore',
    meaning:
      'What a strong preference is to the loss: nothing more than a plain one, a margin between the rewards, a surer label, or a larger weight. With soft labels ties train too.',
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
] as const satisfies readonly Setting[]
