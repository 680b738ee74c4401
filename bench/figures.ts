// What a measure hands back: named numbers with units, or why it measured nothing.
import { median } from './summary.ts'

export type Unit =
  's' | 'ms' | 'tokens/s' | 'pairs/s' | 'steps/s' | '1/s' | 'bytes' | 'bytes/s' | '%' | 'pairs' | 'steps'

/** `value` in `unit`; with several rounds their median, with the smallest and the largest. */
export type Figure = { name: string; unit: Unit; value: number; min?: number; max?: number }

/** `note` tells what a reader must know to compare: precision, sizes, versions. */
export type Measured = { figures: Figure[]; note?: string } | { skipped: string }

/** A figure over rounds. */
export function overRounds(name: string, unit: Unit, values: readonly number[]): Figure {
  return { name, unit, value: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** The middle, the 95th of a hundred, and the largest of many values, as three figures. */
export function quantileFigures(name: string, unit: Unit, values: readonly number[]): Figure[] {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
  return [
    { name: `${name}, p50`, unit, value: at(0.5) },
    { name: `${name}, p95`, unit, value: at(0.95) },
    { name: `${name}, largest`, unit, value: at(1) },
  ]
}
