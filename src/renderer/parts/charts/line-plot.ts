// uPlot as the charts use it: given lines and axes to show, it draws; it never decides on its own what to show.
import uPlot from 'uplot'
import { inkOf, onTheme, resolvedColours } from './colours.ts'
import { clustered, spreadLabels } from './end-labels.ts'
import { tickText } from './numbers.ts'
import { roundStep, TICKS, ticks, type Extent } from './scale.ts'
import type { Aligned, Series } from './series.ts'

export type LineView = {
  series: readonly Series[]
  data: Aligned
  x: Extent
  y: Extent
  /** Draws the reference: a dashed line at zero. */
  zero: boolean
  /** Writes each line's name at its end. */
  named: boolean
}

export type Hover = { at: number; left: number; own: boolean } | null

export type LinePlot = {
  show(view: LineView): void
  resize(width: number, height: number): void
  end(): void
}

export type LinePlotEvents = {
  /** The pointer is over position `at` of the data, here (`own`) or on a synced chart; null when it left. */
  hovered(hover: Hover): void
  /** A range of x was dragged, or null for a double click. */
  zoomed(range: Extent | null): void
}

const FONT = '11px "Inter Variable", Inter, system-ui, sans-serif'
const LABEL_GAP = 13
/** Ends less than this apart share a place for their names, pixels. */
const NEAR = 64
const Y_AXIS = 46
const X_AXIS = 24
/** Room right of the plot for half of the last number under it, pixels. */
const LAST_TICK = 18

/** @param sync charts with the same key share one crosshair */
export function linePlot(host: HTMLElement, first: LineView, sync: string, events: LinePlotEvents): LinePlot {
  let view = first
  let colour = resolvedColours(host)
  let plot = create()
  const stopTheme = onTheme(() => {
    colour = resolvedColours(host)
    plot.redraw(false)
  })

  function create(): uPlot {
    const lines = (behind: boolean) =>
      view.series.map((one, i): uPlot.Series => ({
        label: one.label,
        stroke: () => colour(one.colour),
        width: behind ? 1 : 1.75,
        alpha: behind ? 0.28 : 1,
        dash: behind ? [] : [...(one.dash ?? [])],
        spanGaps: true,
        points: { show: () => !behind && view.data.lines[i]?.filter((value) => value !== null).length === 1, size: 5 },
      }))
    return new uPlot(
      {
        width: host.clientWidth || 300,
        height: host.clientHeight || 150,
        padding: [8, rightOf(view), 0, 0],
        legend: { show: false },
        series: [{}, ...lines(true), ...lines(false)],
        scales: { x: { time: false, range: () => [...view.x] }, y: { range: () => [...view.y] } },
        axes: [
          axis(X_AXIS, () => view.x, 5, 64),
          { ...axis(Y_AXIS, () => view.y, TICKS, 28), grid: { stroke: () => colour('var(--hairline)'), width: 1 } },
        ],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false },
          hover: { skip: [null, undefined] },
          points: { show: (_, i) => dotOf(i > view.series.length) as HTMLElement },
          sync: {
            key: sync,
            scales: ['x', null],
            setSeries: false,
            filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
          },
          bind: { dblclick: () => () => (events.zoomed(null), null) },
        },
        hooks: {
          drawAxes: [drawReference],
          draw: [drawNames],
          setCursor: [
            (u) => {
              const { idx, left } = u.cursor
              events.hovered(
                idx == null || left == null || left < 0
                  ? null
                  : { at: idx, left: left + u.bbox.left / uPlot.pxRatio, own: host.matches(':hover') },
              )
            },
          ],
          setSelect: [
            (u) => {
              if (u.select.width < 6) return
              const from = u.posToVal(u.select.left, 'x')
              const to = u.posToVal(u.select.left + u.select.width, 'x')
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
              events.zoomed([from, to])
            },
          ],
        },
      },
      columnsOf(view),
      host,
    )
  }

  function axis(size: number, extent: () => Extent, count: number, space: number): uPlot.Axis {
    return {
      size,
      space,
      font: FONT,
      stroke: () => colour('var(--ink-soft)'),
      grid: { show: false },
      ticks: { show: false },
      gap: 6,
      splits: () => ticks(extent(), count),
      values: (_, values) => values.map((value) => tickText(value, roundStep(extent()[1] - extent()[0], count))),
    }
  }

  function drawReference(u: uPlot): void {
    if (!view.zero || view.y[0] > 0 || view.y[1] < 0) return
    const { ctx } = u
    const down = Math.round(u.valToPos(0, 'y', true)) + 0.5
    ctx.save()
    ctx.strokeStyle = colour('var(--reference)')
    ctx.lineWidth = uPlot.pxRatio
    ctx.setLineDash([4 * uPlot.pxRatio, 4 * uPlot.pxRatio])
    ctx.beginPath()
    ctx.moveTo(u.bbox.left, down)
    ctx.lineTo(u.bbox.left + u.bbox.width, down)
    ctx.stroke()
    ctx.restore()
  }

  function drawNames(u: uPlot): void {
    if (!view.named) return
    const ends = view.series.flatMap((one, i) => {
      const ys = view.data.lines[i] ?? []
      const at = ys.findLastIndex((y, place) => y !== null && (view.data.xs[place] ?? 0) <= view.x[1])
      const value = ys[at] ?? null
      if (value === null) return []
      // A line that goes on beyond the zoomed view is named at the edge.
      const goesOn = ys.some((y, place) => place > at && y !== null)
      const across = u.valToPos(goesOn ? view.x[1] : (view.data.xs[at] ?? 0), 'x', true)
      return [{ one, across, down: u.valToPos(value, 'y', true) }]
    })
    const { ctx, bbox } = u
    const gap = LABEL_GAP * uPlot.pxRatio
    const band = [bbox.top + gap / 2, bbox.top + bbox.height - gap / 2] as const
    ctx.save()
    ctx.font = FONT.replace('11px', `${11 * uPlot.pxRatio}px`)
    ctx.textBaseline = 'middle'
    ctx.textAlign = 'left'
    // Names of ends that lie close together start at one place and keep clear of each other by height.
    for (const near of clustered(ends, ({ across }) => across, NEAR * uPlot.pxRatio)) {
      const x = Math.min(Math.max(...near.map(({ across }) => across)), bbox.left + bbox.width) + 6 * uPlot.pxRatio
      const places = spreadLabels(
        near.map(({ down }) => down),
        gap,
        band,
      )
      near.forEach(({ one }, i) => {
        // A halo, because a line that ends early has its name among the others.
        ctx.lineWidth = 3 * uPlot.pxRatio
        ctx.strokeStyle = colour('var(--ground)')
        ctx.strokeText(one.label, x, places[i] ?? 0)
        ctx.fillStyle = colour(inkOf(one.colour))
        ctx.fillText(one.label, x, places[i] ?? 0)
      })
    }
    ctx.restore()
  }

  /** Room for the names, by their lengths: constant while the lines are the same, so nothing jumps. */
  function rightOf({ series, named }: LineView): number {
    const ctx = document.createElement('canvas').getContext('2d')
    if (!named || !ctx) return LAST_TICK
    ctx.font = FONT
    const longest = Math.max(...series.map(({ label }) => ctx.measureText(label).width), 0)
    return Math.max(LAST_TICK, Math.ceil(longest) + 12)
  }

  return {
    show(next) {
      const same =
        next.named === view.named &&
        next.series.length === view.series.length &&
        next.series.every((one, i) => one.label === view.series[i]?.label && one.colour === view.series[i].colour)
      const still = same && drawsAlike(view, next)
      view = next
      if (still) return
      if (same) return plot.setData(columnsOf(view), true)
      plot.destroy()
      plot = create()
    },
    resize: (width, height) => plot.setSize({ width, height }),
    end() {
      stopTheme()
      plot.destroy()
    },
  }
}

/** The dot that follows the crosshair on a line; none on the faint line behind it. */
function dotOf(front: boolean): HTMLElement | undefined {
  if (!front) return undefined
  const dot = document.createElement('div')
  Object.assign(dot.style, { width: '6px', height: '6px', marginLeft: '-3px', marginTop: '-3px' })
  return dot
}

/** Whether two views of the same lines are the same picture: readings of one step move few of the charts. */
function drawsAlike(one: LineView, other: LineView): boolean {
  const all = (view: LineView) => [view.x, view.y, ...columnsOf(view)]
  const others = all(other)
  return one.zero === other.zero && all(one).every((column, i) => sameNumbers(column, others[i] ?? []))
}

function sameNumbers(one: ArrayLike<number | null | undefined>, other: ArrayLike<number | null | undefined>): boolean {
  return one.length === other.length && Array.from(one).every((value, i) => Object.is(value, other[i]))
}

function columnsOf({ data }: LineView): uPlot.AlignedData {
  const empty = data.xs.map(() => null)
  return [data.xs, ...data.raw.map((ys) => ys ?? empty), ...data.lines]
}
