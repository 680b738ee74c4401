// What the shared x axis of a run's charts can be: steps, tokens seen, or seconds trained.
import { column, type Columns } from './columns.ts'

export const axisNames = ['step', 'tokens', 'seconds'] as const
export type AxisName = (typeof axisNames)[number]

export const axisLabels: Record<AxisName, string> = {
  step: 'Step',
  tokens: 'Tokens seen',
  seconds: 'Seconds of training',
}

/**
 * Where a step lies on the axis. Tokens and seconds count up over the steps; step 0 lies at 0, and a step whose count is
 * not known lies between its neighbours.
 */
export function stepPlaces(axis: AxisName, columns: Columns): (step: number) => number {
  if (axis === 'step') return (step) => step
  const { steps, values } = column(columns, axis === 'tokens' ? 'num_tokens' : 'pace/step_seconds')
  let sum = 0
  const totals = axis === 'tokens' ? values : values.map((seconds) => (sum += seconds))
  const known: (readonly [step: number, total: number])[] = [[0, 0]]
  steps.forEach((step, i) => step > 0 && known.push([step, totals[i] ?? 0]))
  return (step) => between(known, step)
}

function between(known: readonly (readonly [number, number])[], step: number): number {
  let [low, high] = [0, known.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((known[middle]?.[0] ?? 0) <= step) low = middle
    else high = middle - 1
  }
  const [before, total] = known[low] ?? [0, 0]
  const next = known[low + 1]
  return next ? total + ((next[1] - total) * (step - before)) / (next[0] - before) : total
}
