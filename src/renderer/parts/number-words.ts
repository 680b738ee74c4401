// The numbers that came with a pair, in words.
import type { PairNumbers } from '#contract'

type Told = PairNumbers | null | undefined

/** 'margin 0.25'; empty where none is told. */
export const marginWords = (numbers: Told) => worded('margin', numbers?.margin)

/** 'score 8.5' of one side; empty where none is told. */
export const scoreWords = (numbers: Told, side: 'chosen' | 'rejected') =>
  worded('score', side === 'chosen' ? numbers?.scoreChosen : numbers?.scoreRejected)

const worded = (name: string, value: number | null | undefined) =>
  value === null || value === undefined ? '' : `${name} ${Number(value.toPrecision(6))}`
