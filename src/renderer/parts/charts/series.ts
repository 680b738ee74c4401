// A line of a chart, and what is done to several of them before they are drawn: smoothing, a common x column, thinning, CSV.
import { smoothed } from './smoothing.ts'
import { keptPositions } from './thinning.ts'
import type { Extent } from './scale.ts'

export type Series = {
  key: string
  /** The name at the end of its line. */
  label: string
  /** A CSS colour, as a rule a variable of the tokens. */
  colour: string
  dash?: readonly number[]
  /** Whether the chart's smoothing applies. Probes are means over a fixed set already, and far apart. */
  smooth?: boolean
  steps: readonly number[]
  xs: readonly number[]
  ys: readonly (number | null)[]
}

/** Lines over one common x column. `lines` is what is read; `raw` lies faint behind where the line was smoothed, else null. */
export type Aligned = {
  xs: number[]
  steps: number[]
  raw: ((number | null)[] | null)[]
  lines: (number | null)[][]
}

/** Smooths each full series, then cuts to `view`, then thins to `buckets` slices. */
export function aligned(series: readonly Series[], smoothing: number, view: Extent, buckets: number): Aligned {
  const stepAt = new Map<number, number>()
  for (const { xs, steps } of series) xs.forEach((x, i) => stepAt.set(x, steps[i] ?? x))
  const every = [...stepAt.keys()].sort((a, b) => a - b)
  const placeAt = new Map(every.map((x, i) => [x, i]))
  const spread = ({ xs }: Series, ys: readonly (number | null)[]) => {
    const column = new Array<number | null>(every.length).fill(null)
    xs.forEach((x, i) => (column[placeAt.get(x) ?? -1] = ys[i] ?? null))
    return column
  }
  const smooths = (one: Series) => smoothing > 0 && one.smooth === true
  const lines = series.map((one) => spread(one, smooths(one) ? smoothed(one.ys, smoothing) : one.ys))
  const raw = series.map((one) => (smooths(one) ? spread(one, one.ys) : null))

  const first = Math.max(0, every.findIndex((x) => x >= view[0]) - 1)
  const beyond = every.findIndex((x) => x > view[1])
  const last = beyond < 0 ? every.length : beyond + 1
  const cut = <T>(column: readonly T[]) => column.slice(first, last)
  const columns = [...lines, ...raw.filter((column) => column !== null)].map(cut)
  const kept = keptPositions(cut(every), columns, buckets).map((i) => first + i)
  const pick = (column: readonly (number | null)[]) => kept.map((i) => column[i] ?? null)
  const xs = kept.map((i) => every[i] ?? 0)
  return {
    xs,
    steps: xs.map((x) => stepAt.get(x) ?? x),
    raw: raw.map((column) => column && pick(column)),
    lines: lines.map(pick),
  }
}

/** The series as a table: one row a step, every measured value, nothing smoothed. */
export function csv(series: readonly Series[], xLabel: string): string {
  const rows = new Map<number, { x: number; cells: (number | null)[] }>()
  series.forEach(({ steps, xs, ys }, which) =>
    steps.forEach((step, i) => {
      const row = rows.get(step) ?? { x: xs[i] ?? step, cells: series.map(() => null) }
      row.cells[which] = ys[i] ?? null
      rows.set(step, row)
    }),
  )
  const other = xLabel.toLowerCase() === 'step' ? [] : [xLabel]
  const head = ['step', ...other, ...series.map(({ label }) => label)].map(quoted)
  const lines = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([step, { x, cells }]) =>
      [step, ...(other.length > 0 ? [x] : []), ...cells.map((cell) => cell ?? '')].join(','),
    )
  return `${[head.join(','), ...lines].join('\n')}\n`
}

function quoted(text: string): string {
  // A leading = + - @ would be run as a formula by a spreadsheet.
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
