// Numbers that came with a pair: how much better its chosen response is, or what each response scored.
import { z } from 'zod'

/** Largest size of such a number, so that what a loss makes of it stays finite in float32. */
export const LARGEST_NUMBER = 1_000_000

const number = z.number().min(-LARGEST_NUMBER).max(LARGEST_NUMBER).nullable()

/** As they are told: by their source, in its own scale. Null: it says nothing of that. */
export const PairNumbers = z.object({
  /** How much better the chosen response is than the rejected one; below 0 when the source finds it worse. */
  margin: number,
  scoreChosen: number,
  scoreRejected: number,
})
export type PairNumbers = z.infer<typeof PairNumbers>

// Each digit has one place in it: of two that could take it, every share of them would be tried on a long text that is no number.
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

/** A number as files write it, also as a text. Null where there is none; undefined for what is no number, not finite or too large. */
export function numberIn(value: unknown): number | null | undefined {
  // Tables of numbers say NaN where there is none.
  if (value === null || value === undefined || Number.isNaN(value)) return null
  if (typeof value === 'number' || typeof value === 'bigint') return inRange(Number(value))
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (text === '') return null
  return decimal.test(text) ? inRange(Number(text)) : undefined
}

const inRange = (value: number) => (Math.abs(value) <= LARGEST_NUMBER ? value : undefined)
