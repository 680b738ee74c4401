// Scales of the charts: ticks on round numbers, and axes that grow in round steps and never shrink under the reader.

/** Smallest and largest value of an axis. */
export type Extent = readonly [min: number, max: number]

/** What a change from the reference may be by rounding alone, in nats: an axis that holds it draws no mountains of step 0. */
export const DUST: Extent = [-1e-4, 1e-4]

/** About how many ticks an upright axis has. */
export const TICKS = 4

/** The 1, 2 or 5 times a power of ten that cuts `span` into about `count` parts. `span` and `count` are above zero. */
export function roundStep(span: number, count: number): number {
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10)
}

/** Round values inside an axis, about `count` of them, in order. */
export function ticks([min, max]: Extent, count: number): number[] {
  if (!(max > min)) return [min]
  const step = roundStep(max - min, count)
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  // Counted in whole steps, so that 0.1 + 0.2 never shows as 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => rounded((first + i) * step, step))
}

/** Smallest and largest finite value of all columns, or null when there is none. */
export function extentOf(columns: Iterable<readonly (number | null)[]>): Extent | null {
  let min = Infinity
  let max = -Infinity
  for (const column of columns)
    for (const value of column) {
      if (value === null || !Number.isFinite(value)) continue
      if (value < min) min = value
      if (value > max) max = value
    }
  return min <= max ? [min, max] : null
}

/**
 * The axis for `data`, given the axis so far: the same object while the data fit, else the next round bounds around both.
 * So an axis stands still between growths, and a growth leaves room of up to a tick.
 */
export function grownExtent(data: Extent | null, before: Extent | null): Extent | null {
  if (!data) return before
  if (before && holds(before, data)) return before
  const min = Math.min(data[0], before?.[0] ?? data[0])
  const max = Math.max(data[1], before?.[1] ?? data[1])
  // A flat line gets an axis of a fifth of its height, so that float dust is not drawn as mountains.
  const flat = max - min < 1e-6 * Math.max(1e-3, Math.abs(max))
  const span = flat ? Math.max(Math.abs(max) * 0.2, 1e-6) : max - min
  const low = !flat || min === 0 ? min : min - span / 2
  const high = flat ? max + span / 2 : max
  return onTicks([low, high], span)
}

/** Part of a tick by which a value may stick out, about the width of its line, so that dust beyond zero costs no whole tick. */
const SLACK = 0.06

function holds(axis: Extent, data: Extent): boolean {
  const slack = SLACK * roundStep(axis[1] - axis[0], TICKS)
  return axis[0] - slack <= data[0] && data[1] <= axis[1] + slack
}

/** The bounds pushed out to the next ticks, and again where that made the ticks wider, so that both ends are ticks. */
function onTicks([low, high]: Extent, span: number, slack = SLACK): Extent {
  const step = roundStep(span, TICKS)
  const [first, last] = [Math.floor(low / step + slack), Math.ceil(high / step - slack)]
  const bounds = [rounded(first * step, step), rounded(Math.max(last, first + 1) * step, step)] as const
  const wider = bounds[1] - bounds[0]
  if (roundStep(wider, TICKS) > step * 1.5) return onTicks(bounds, wider, slack)
  return holds(bounds, [low, high]) ? bounds : onTicks([low, high], span, 0)
}

/** Leading digits of a radius: finer than ticks, because a square plane has no room to waste. */
const RADII = [1, 1.5, 2, 3, 5, 7, 10]

/** The half-width of a square, symmetric axis that holds all of `values`, growing in round steps; at least `least`. */
export function grownRadius(values: Iterable<number>, before: number, least: number): number {
  let reach = least
  for (const value of values) if (Number.isFinite(value)) reach = Math.max(reach, Math.abs(value))
  if (reach <= before) return before
  const wanted = reach * 1.05
  const power = 10 ** Math.floor(Math.log10(wanted))
  const lead = RADII.find((radius) => radius * power >= wanted) ?? 10
  return rounded(lead * power, power)
}

/** Maps an axis onto pixels. */
export function linear([min, max]: Extent, [from, to]: Extent): (value: number) => number {
  const factor = max === min ? 0 : (to - from) / (max - min)
  return (value) => from + (value - min) * factor
}

function rounded(value: number, step: number): number {
  const digits = Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(step))))
  return Number(value.toFixed(digits)) + 0
}
