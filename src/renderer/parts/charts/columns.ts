// The readings of a run as columns by name, for charts: readings are put in place by step, so the same ones may come twice.
import type { Reading, ReadingName } from '#contract'

/** Steps ascend; `values` has one value for each. */
export type Column = { steps: number[]; values: number[] }
export type Columns = Map<string, Column>

export const noColumns = (): Columns => new Map()

const nothing: Column = { steps: [], values: [] }

/** The column of a reading; empty when nothing was read yet. */
export function column(columns: Columns, name: ReadingName): Readonly<Column> {
  return columns.get(name) ?? nothing
}

/** The newest value of a reading, or null. */
export function latest(columns: Columns, name: ReadingName): number | null {
  return column(columns, name).values.at(-1) ?? null
}

/** Puts readings in their places: at the end as a rule; in the middle or over an old value after a resume. */
export function record(columns: Columns, readings: readonly Reading[]): void {
  for (const { step, name, value } of readings) {
    let into = columns.get(name)
    if (!into) columns.set(name, (into = { steps: [], values: [] }))
    const at = placeOf(into.steps, step)
    if (into.steps[at] === step) into.values[at] = value
    else {
      into.steps.splice(at, 0, step)
      into.values.splice(at, 0, value)
    }
  }
}

/** The first position whose step is not below `step`. */
function placeOf(steps: readonly number[], step: number): number {
  if ((steps.at(-1) ?? -1) < step) return steps.length
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle] ?? Infinity) < step) low = middle + 1
    else high = middle
  }
  return low
}
