// A figure of a report as one SVG element: axes with round ticks, a line an arm, names at the lines' ends.
import type { StudyFigure } from '#contract'
import { escaped } from './html-text.ts'

const [width, height] = [720, 340]
const plot = { left: 64, right: 560, top: 14, bottom: 296 }
const label = 13

/** Okabe and Ito's colours, dark enough on white; more lines than these differ by their dashes. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#000000']
const dashes = ['', '6 3', '2 3']

/** Null where the figure has no line of two points. */
export function figureSvg({ title, x, y, lines }: StudyFigure): string | null {
  const drawn = lines.filter(({ points }) => points.length > 1)
  const all = drawn.flatMap(({ points }) => points)
  if (all.length === 0) return null
  const [across, up] = [
    scaleOf(
      all.map(([at]) => at),
      plot.left,
      plot.right,
    ),
    scaleOf([0, ...all.map(([, at]) => at)], plot.bottom, plot.top),
  ]
  const ends = spread(drawn.map(({ points }) => up.place(points.at(-1)![1])))
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    ...up.ticks.map((tick) => grid(tick, up)),
    ...across.ticks.map((tick) => words(across.place(tick), plot.bottom + 16, number(tick), 'middle')),
    words((plot.left + plot.right) / 2, height - 8, x, 'middle'),
    `<text transform="translate(14 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...drawn.map(({ points }, i) =>
      path(
        points.map(([a, b]) => [across.place(a), up.place(b)] as const),
        i,
      ),
    ),
    ...drawn.map(({ name, points }, i) =>
      endLabel(name, across.place(points.at(-1)![0]), up.place(points.at(-1)![1]), ends[i]!, i),
    ),
    '</svg>',
  ].join('\n')
}

type Scale = { place: (value: number) => number; ticks: number[] }

/** From the values' range to pixels, with four to eight round ticks. */
function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const span = high - low || 1
  const rough = span / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough)!
  const ticks: number[] = []
  for (let i = Math.ceil(low / step); i * step <= high + 1e-9 * span; i++) ticks.push(i * step)
  return { place: (value) => from + ((value - low) / span) * (to - from), ticks }
}

function grid(tick: number, up: Scale): string {
  const at = round(up.place(tick))
  const zero = Math.abs(tick) < 1e-12
  return `<line x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}" class="${zero ? 'zero' : 'grid'}"/>${words(plot.left - 8, at + 4, number(tick), 'end')}`
}

function path(points: readonly (readonly [number, number])[], i: number): string {
  const at = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')
  return `<polyline points="${at}" fill="none" ${stroke(i)} stroke-width="${i === 0 ? 2.5 : 1.5}"/>`
}

function endLabel(name: string, x: number, y: number, at: number, i: number): string {
  return `<line x1="${round(x)}" y1="${round(y)}" x2="${plot.right + 12}" y2="${round(at)}" ${stroke(i)} stroke-width="0.5" opacity="0.6"/><text x="${plot.right + 16}" y="${round(at + 4)}" fill="${colours[i % colours.length]}">${escaped(name)}</text>`
}

/** Names beside their ends, moved apart where they would overlap. */
function spread(wanted: readonly number[]): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!)
  const placed: number[] = [...wanted]
  let last = plot.top - label
  for (const i of order) last = placed[i] = Math.max(wanted[i]!, last + label)
  const over = Math.max(0, last - plot.bottom)
  let ceiling = last - over
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, ceiling)
    ceiling = placed[i] - label
  }
  return placed
}

const stroke = (i: number) => {
  const dash = dashes[Math.floor(i / colours.length) % dashes.length]
  return `stroke="${colours[i % colours.length]}"${dash ? ` stroke-dasharray="${dash}"` : ''}`
}
const words = (x: number, y: number, text: string, anchor: string) =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(text)}</text>`
const round = (value: number) => Math.round(10 * value) / 10
const number = (value: number) => String(Number(value.toPrecision(6)))
