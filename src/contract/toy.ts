// The toy lab's nouns: what a run and a grid are asked for, and what comes of them.
import { z } from 'zod'
import type { ToyValues } from './parse-toy-settings.ts'
import type { ToyFigureName, ToyReadingName } from './toy-readings.ts'

const Value = z.union([z.number(), z.string().max(100)])
const Values = z.record(z.string().max(100), Value)
const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)

/** Events of what is asked for carry it. Without, none are sent. */
const watch = z.string().min(1).max(64).nullable().default(null)

/** Settings by the toy's own table; those at their default may be left out. */
export const ToyRequest = z.object({ settings: Values.default({}), seed: seed.default(0), watch })
export type ToyRequest = z.infer<typeof ToyRequest>

export const ToyGridRequest = z.object({
  settings: Values.default({}),
  /** The first seed; the others follow. */
  seed: seed.default(0),
  seeds: z.int().min(1).max(100).default(5),
  /** Every combination of these values is run with every seed. */
  vary: z.record(z.string().max(100), z.array(Value).min(1).max(50)).default({}),
  watch,
})
export type ToyGridRequest = z.infer<typeof ToyGridRequest>

/** What a response is to a prompt. */
export type ToyKind = 'chosen' | 'rejected' | 'other-chosen' | 'other-rejected' | 'never'

/** The readings that a step has: ppo reads no pair, so it has no pulls. */
export type ToyStep = { step: number; readings: Partial<Record<ToyReadingName, number>> }

/** `logProbs`: log π(y|x) in nats, P x R row by row, to six digits. */
export type ToyRecord = ToyStep & { logProbs: number[] }

export type ToyFigures = Record<ToyFigureName, number>

export type ToyResult = {
  /** All that was read. */
  settings: ToyValues
  seed: number
  /** Of each cell, row by row. */
  kinds: ToyKind[]
  /** The rejected column of each prompt, at the first step. */
  pairs: number[]
  records: ToyRecord[]
  figures: ToyFigures
  seconds: number
}

export type ToySpread = { median: number; least: number; most: number }

/** One combination of what was varied. */
export type ToyGridCell = {
  varied: ToyValues
  /** Figures are null where the numbers overflowed; the spreads are of the others, and empty where there are none. */
  runs: { seed: number; figures: ToyFigures | null }[]
  spreads: Partial<Record<ToyFigureName, ToySpread>>
}

export type ToyGrid = { settings: ToyValues; seeds: number[]; cells: ToyGridCell[]; seconds: number }
