// A line chart as SVG text, for copying it out and for reports: the same data, axes and labels as on the screen.
import { inkOf } from './colours.ts'
import { spreadLabels } from './end-labels.ts'
import { tickText } from './numbers.ts'
import { linePath } from './paths.ts'
import { linear, roundStep, TICKS, ticks, type Extent } from './scale.ts'
import type { Aligned, Series } from './series.ts'

export type LinesPicture = {
  title: string
  xLabel: string
  series: readonly Series[]
  data: Aligned
  x: Extent
  y: Extent
  zero: boolean
  width: number
  height: number
  /** Resolves a CSS colour to one that any program reads. */
  colour: (css: string) => string
}

const margin = { top: 34, right: 96, bottom: 40, left: 56 }

export function linesSvg({ title, xLabel, series, data, x, y, zero, width, height, colour }: LinesPicture): string {
  const [right, bottom] = [width - margin.right, height - margin.bottom]
  const atX = linear(x, [margin.left, right])
  const atY = linear(y, [bottom, margin.top])
  const [ink, soft, hair] = [colour('var(--ink)'), colour('var(--ink-soft)'), colour('var(--hairline)')]
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, dash = '') =>
    `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}"${dash && ` stroke-dasharray="${dash}"`}/>`
  const text = (at: number, down: number, words: string, fill: string, extra = '') =>
    `<text x="${at}" y="${down}" fill="${fill}" ${extra}>${escaped(words)}</text>`

  const yTicks = ticks(y, TICKS).map((value) => {
    const label = tickText(value, roundStep(y[1] - y[0], TICKS))
    const down = atY(value)
    return (
      line(margin.left, down, right, down, hair) + text(margin.left - 6, down + 4, label, soft, 'text-anchor="end"')
    )
  })
  const xTicks = ticks(x, 5).map((value) =>
    text(atX(value), bottom + 16, tickText(value, roundStep(x[1] - x[0], 5)), soft, 'text-anchor="middle"'),
  )
  const reference = zero && y[0] <= 0 && y[1] >= 0 ? line(margin.left, atY(0), right, atY(0), soft, '4 4') : ''
  const path = (ys: readonly (number | null)[], one: Series, faint: boolean) => {
    const known = data.xs.flatMap((value, i) =>
      (ys[i] ?? null) === null ? [] : [[atX(value), atY(ys[i] ?? 0)] as const],
    )
    const d = linePath(
      known.map(([across]) => across),
      known.map(([, down]) => down),
    )
    const dash = one.dash ? ` stroke-dasharray="${one.dash.join(' ')}"` : ''
    const weight = faint ? 'stroke-width="1" opacity="0.3"' : `stroke-width="1.75"${dash}`
    return `<path d="${d}" fill="none" stroke="${colour(one.colour)}" stroke-linecap="round" stroke-linejoin="round" ${weight}/>`
  }
  const behind = series.map((one, i) => (data.raw[i] ? path(data.raw[i], one, true) : ''))
  const front = series.map((one, i) => path(data.lines[i] ?? [], one, false))
  const ends = series.flatMap((one, i) => {
    const at = data.lines[i]?.findLastIndex((value) => value !== null) ?? -1
    const value = data.lines[i]?.[at] ?? null
    return value === null ? [] : [{ one, across: Math.min(right, atX(data.xs[at] ?? 0)), down: atY(value) }]
  })
  const places = spreadLabels(
    ends.map(({ down }) => down),
    13,
    [margin.top, bottom],
  )
  const names = ends.map(({ one, across }, i) =>
    text(across + 6, (places[i] ?? 0) + 4, one.label, colour(inkOf(one.colour))),
  )
  const parts = [
    `<rect width="${width}" height="${height}" fill="${colour('var(--ground)')}"/>`,
    text(margin.left, 20, title, ink, 'font-weight="600" font-size="13"'),
    ...yTicks,
    ...xTicks,
    text((margin.left + right) / 2, height - 8, xLabel, soft, 'text-anchor="middle"'),
    reference,
    ...behind,
    ...front,
    ...names,
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif" font-size="11">${parts.join('')}</svg>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)
}
