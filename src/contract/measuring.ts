// Measuring the pairs of a set: how far it is, and what came of it.
import { z } from 'zod'
import type { PairMeasures } from './pair-measures.ts'
import { PairSet, type PairId } from './pairs.ts'

/** A pair that was measured, or why it could not be. */
export type MeasuredPair = { pair: PairId } & ({ measures: PairMeasures } | { refused: string })

/** How far the pairs of a set whose label is a choice are measured under a model. */
export const MeasuringState = z.object({
  /** Whose label is a choice. */
  pairs: z.int(),
  measured: z.int(),
  /** Could not be measured: too long for the model, or no numbers came of it. */
  refused: z.int(),
  /** Why the first of them could not. */
  firstRefusal: z.string().nullable(),
  /** How many pairs would be left out, and the value of the one nearest to those that stay; null where it was not asked for. */
  leftOut: z.object({ pairs: z.int(), from: z.number().nullable() }).nullable(),
})
export type MeasuringState = z.infer<typeof MeasuringState>

/** What came of measuring; `added` counts pairs that were measured now and not before. */
export const MeasuringReport = MeasuringState.omit({ leftOut: true }).extend({
  set: PairSet,
  model: z.string(),
  added: z.int(),
})
export type MeasuringReport = z.infer<typeof MeasuringReport>
