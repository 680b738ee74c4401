// Series before they are drawn: smoothed over the full length, aligned, thinned with their extremes kept, written as CSV.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aligned, csv, type Series } from '../../../../src/renderer/parts/charts/series.ts'
import { smoothed } from '../../../../src/renderer/parts/charts/smoothing.ts'
import { keptPositions } from '../../../../src/renderer/parts/charts/thinning.ts'

const series = (key: string, xs: number[], ys: (number | null)[], smooth = true): Series => ({
  key,
  label: key,
  colour: 'blue',
  smooth,
  steps: xs,
  xs,
  ys,
})

test('smoothing starts at the first value and passes over gaps', () => {
  expect(smoothed([4, null, 4], 0.9)).toEqual([4, null, expect.closeTo(4, 12)])
  // By hand: (0.5 * 0.5 * 1 + 0.5 * 3) / (1 - 0.25).
  expect(smoothed([1, 3], 0.5)[1]).toBeCloseTo((0.25 + 1.5) / 0.75, 12)
  expect(smoothed([1, 5], 0)).toEqual([1, 5])
})

test('smoothed values stay between the smallest and largest value', () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 0.999, noNaN: true }), (ys, weight) => {
      for (const y of smoothed(ys, weight)) {
        expect(y).toBeGreaterThanOrEqual(Math.min(...ys) - 1e-6)
        expect(y).toBeLessThanOrEqual(Math.max(...ys) + 1e-6)
      }
    }),
  )
})

test('thinning keeps ends and every extreme, and bounds the number of points', () => {
  const xs = Array.from({ length: 10_000 }, (_, i) => i)
  const ys = xs.map((x) => (x === 4321 ? 99 : x === 8765 ? -99 : Math.sin(x / 50)))
  const kept = keptPositions(xs, [ys], 100)
  expect(kept).toContain(4321)
  expect(kept).toContain(8765)
  expect([kept[0], kept.at(-1)]).toEqual([0, 9999])
  expect(kept.length).toBeLessThanOrEqual(400)
  expect(kept).toEqual([...kept].sort((a, b) => a - b))
})

test('few points are all kept', () => {
  expect(keptPositions([1, 5, 9], [[1, null, 2]], 10)).toEqual([0, 1, 2])
})

test('series of different steps share one x column; only those that want it are smoothed', () => {
  const both = aligned([series('loss', [1, 2, 3], [1, 3, 1]), series('probe', [0, 2], [5, 6], false)], 0.5, [0, 3], 100)
  expect(both.xs).toEqual([0, 1, 2, 3])
  expect(both.raw[0]).toEqual([null, 1, 3, 1])
  expect(both.raw[1]).toBeNull()
  expect(both.lines[0]?.[2]).toBeCloseTo(1.75 / 0.75, 12)
  expect(both.lines[1]).toEqual([5, null, 6, null])
})

test('a view is cut after smoothing, so zooming does not change a value', () => {
  const xs = Array.from({ length: 50 }, (_, i) => i)
  const one = series(
    'a',
    xs,
    xs.map((x) => (x * 7919) % 13),
  )
  const whole = aligned([one], 0.8, [0, 49], 100)
  const zoomed = aligned([one], 0.8, [20, 30], 100)
  expect(zoomed.xs).toEqual([19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31])
  expect(zoomed.lines[0]).toEqual(whole.lines[0]?.slice(19, 32))
})

test('CSV has a row a step with every value, and no cell that a spreadsheet would run', () => {
  const table = csv([series('=evil, "x"', [1, 2], [0.5, null]), series('b', [2], [7])], 'Step')
  expect(table).toBe('step,"\'=evil, ""x""",b\n1,0.5,\n2,,7\n')
  expect(csv([{ ...series('b', [2], [7]), xs: [640] }], 'Tokens seen')).toBe('step,Tokens seen,b\n2,640,7\n')
})
