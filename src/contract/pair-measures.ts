// What is told of a pair before anything is trained on it: each measure once, with its words. Forms, lists and docs read this table.
import { z } from 'zod'

/** Of one pair under a model that was not tuned. Log-probabilities are summed over the response's tokens, in nats. */
export const PairMeasures = z.object({
  ches: z.number(),
  chesNormalised: z.number(),
  overlap: z.number(),
  editDistance: z.number(),
  chosen: z.object({ logp: z.number(), tokens: z.int() }),
  rejected: z.object({ logp: z.number(), tokens: z.int() }),
})
export type PairMeasures = z.infer<typeof PairMeasures>

export type MeasureRow = {
  label: string
  /** Over a narrow column. */
  short: string
  unit: string | null
  meaning: string
  /** What the highest and the lowest are, in a few words. */
  highest: string
  lowest: string
}

export const pairMeasures = {
  ches: {
    ...{ label: 'CHES', short: 'CHES', unit: null },
    meaning:
      'How much training on the pair may displace its chosen answer, that is make it less likely instead of more. It grows with the lengths of both answers.',
    ...{
      highest: 'most likely to displace their chosen answer',
      lowest: 'least likely to displace their chosen answer',
    },
  },
  'ches-normalised': {
    ...{ label: 'CHES per length', short: 'CHES/len', unit: null },
    meaning: 'CHES of mean hidden states instead of summed ones: the same without what length alone does.',
    ...{
      highest: 'most likely to displace their chosen answer',
      lowest: 'least likely to displace their chosen answer',
    },
  },
  'edit-distance': {
    ...{ label: 'Edit distance', short: 'Edits', unit: null },
    meaning:
      'Share of the tokens that have to be changed to get from one answer to the other: 0 is the same text, 1 has nothing in common.',
    ...{ highest: 'with the least text in common', lowest: 'with the most text in common' },
  },
  overlap: {
    ...{ label: 'Overlap', short: 'Overlap', unit: null },
    meaning:
      'How alike the model reads the two answers: the cosine of their mean hidden states, at most 1. Near 1 it hardly tells them apart.',
    ...{ highest: 'whose answers are read most alike', lowest: 'whose answers are read least alike' },
  },
  'chosen-likelihood': {
    ...{ label: 'Chosen, likelihood', short: 'log p, ch.', unit: 'nats/token' },
    meaning:
      'Mean log-probability of a token of the chosen answer. Far below 0 the model would never write it: it is off-policy.',
    ...{
      highest: 'whose chosen answer the model would most readily write',
      lowest: 'whose chosen answer it would least readily write',
    },
  },
  'rejected-likelihood': {
    ...{ label: 'Rejected, likelihood', short: 'log p, rej.', unit: 'nats/token' },
    meaning:
      'The same of the rejected answer. Where it is far below 0, pushing it further down teaches what nobody would have sampled.',
    ...{
      highest: 'whose rejected answer the model would most readily write',
      lowest: 'whose rejected answer it would least readily write',
    },
  },
  'length-difference': {
    ...{ label: 'Length difference', short: 'Length', unit: 'tokens' },
    meaning: 'Tokens of the chosen answer less those of the rejected. Where most are above 0, length is learnt too.',
    ...{
      highest: 'whose chosen answer is longest beside the rejected',
      lowest: 'whose rejected answer is longest beside the chosen',
    },
  },
} as const satisfies Record<string, MeasureRow>

export type MeasureName = keyof typeof pairMeasures
export const MeasureName = z.enum(Object.keys(pairMeasures) as [MeasureName, ...MeasureName[]])

/** One measure as a number. */
export function measureOf(measures: PairMeasures, name: MeasureName): number {
  switch (name) {
    case 'ches':
      return measures.ches
    case 'ches-normalised':
      return measures.chesNormalised
    case 'edit-distance':
      return measures.editDistance
    case 'overlap':
      return measures.overlap
    case 'chosen-likelihood':
      return measures.chosen.logp / measures.chosen.tokens
    case 'rejected-likelihood':
      return measures.rejected.logp / measures.rejected.tokens
    case 'length-difference':
      return measures.chosen.tokens - measures.rejected.tokens
  }
}

/** Pairs to do without: those at one end of a measure, as a share of all that are measured. */
export const LeaveOut = z.object({
  by: MeasureName,
  end: z.enum(['highest', 'lowest']),
  share: z.number().min(0.001).max(0.99),
})
export type LeaveOut = z.infer<typeof LeaveOut>
