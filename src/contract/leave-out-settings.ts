// The settings by which a run trains without the pairs at one end of a measure (pair-measures.ts).
import { LeaveOut, MeasureName } from './pair-measures.ts'
import type { Setting } from './setting.ts'

const byMeasure = { key: 'leave_out', is: ['by-measure'] }

export const leaveOutSettings = [
  {
    key: 'leave_out',
    label: 'Leave pairs out',
    group: 'batches',
    kind: 'choice',
    choices: ['none', 'by-measure'],
    default: 'none',
    meaning:
      'Train on all pairs, or without those at one end of a measure under this model. The pairs have to be measured before (Pairs, Measure). Which ones are left out is kept with the run.',
  },
  {
    key: 'leave_out_by',
    label: 'By',
    group: 'batches',
    kind: 'choice',
    choices: MeasureName.options,
    default: 'ches-normalised',
    when: byMeasure,
    meaning: 'The measure that decides.',
  },
  {
    key: 'leave_out_end',
    label: 'Which end',
    group: 'batches',
    kind: 'choice',
    choices: LeaveOut.shape.end.options,
    default: 'highest',
    when: byMeasure,
    meaning: 'Whether the pairs with the highest or with the lowest values go.',
  },
  {
    key: 'leave_out_share',
    label: 'Share left out',
    group: 'batches',
    kind: 'number',
    min: 0.001,
    max: 0.99,
    usual: [0.01, 0.95],
    default: 0.05,
    when: byMeasure,
    meaning: 'Part of the measured pairs that is left out, rounded down to whole pairs.',
  },
] as const satisfies readonly Setting[]
