// What answers to the sample prompts look like, and whether margins follow lengths.
import type { ReadingInfo } from './reading-info.ts'

export const answerReadings = {
  'answers/mean_length': {
    label: 'Length of sampled answers',
    group: 'answers',
    unit: 'tokens',
    meaning: 'Mean length of the greedy answers to the sample prompts.',
  },
  'answers/repetition': {
    label: 'Repetition in answers',
    group: 'answers',
    unit: 'share',
    meaning: 'Share of the 4-grams of tokens of an answer that occurred in it before, mean over the sampled answers.',
  },
  'answers/degenerate': {
    label: 'Degenerate answers',
    group: 'answers',
    unit: 'share',
    meaning: 'Share of the sampled answers of which more than half repeats itself.',
  },
  'answers/cut_off': {
    label: 'Sampled answers cut off',
    group: 'answers',
    unit: 'share',
    meaning: 'Share of the sampled answers that did not end by themselves.',
  },
} as const satisfies Record<string, ReadingInfo>

export const lengthReadings = {
  'length/correlation': {
    label: 'Length bias',
    group: 'answers',
    unit: '',
    meaning:
      'Correlation of the change of the margin with the difference of lengths, chosen minus rejected, over the probed pairs: near 1 the run prefers what is longer, near -1 what is shorter.',
  },
  'length/pairs': {
    label: 'Pairs of the length bias',
    group: 'answers',
    unit: '',
    meaning: 'Pairs that the correlation is taken over: of few it is mostly chance.',
  },
} as const satisfies Record<string, ReadingInfo>
