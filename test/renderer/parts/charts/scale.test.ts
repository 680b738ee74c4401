// Axes: round ticks, growth in steps, no shrinking.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  extentOf,
  grownExtent,
  grownRadius,
  linear,
  roundStep,
  TICKS,
  ticks,
  type Extent,
} from '../../../../src/renderer/parts/charts/scale.ts'

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const extent = fc.tuple(value, value).map(([a, b]): Extent => [Math.min(a, b), Math.max(a, b)])

test('a round step is 1, 2 or 5 times a power of ten', () => {
  expect([roundStep(1, 4), roundStep(7, 4), roundStep(100, 5), roundStep(0.003, 3)]).toEqual([0.5, 2, 20, 0.001])
})

test('ticks are round, inside the axis, and free of float dust', () => {
  expect(ticks([0, 0.6], 5)).toEqual([0, 0.2, 0.4, 0.6])
  expect(ticks([-1.3, 0.4], 4)).toEqual([-1, -0.5, 0])
  expect(ticks([2, 2], 4)).toEqual([2])
  expect(ticks([0, 75], 5)).toEqual([0, 20, 40, 60])
})

test('an axis stays while the data fit, and grows to round bounds when they do not', () => {
  const first = grownExtent([0.31, 0.6931], null)
  expect(first).toEqual([0.3, 0.7])
  expect(grownExtent([0.35, 0.65], first)).toBe(first)
  expect(grownExtent([0.12, 0.65], first)).toEqual([0, 0.8])
  expect(grownExtent(null, first)).toBe(first)
  expect(grownExtent([0, 0], null)?.[0]).toBe(0)
})

test('a grown axis holds the old one and the data, and is content with itself', () => {
  fc.assert(
    fc.property(fc.array(extent, { minLength: 1, maxLength: 6 }), (all) => {
      let axis: Extent | null = null
      for (const data of all) {
        const before: Extent | null = axis
        axis = grownExtent(data, before)
        if (!axis) throw new Error('no axis')
        // Values may stick out by a line's width: 0.06 of a tick.
        const slack = 0.07 * roundStep(axis[1] - axis[0], TICKS) + 1e-9
        expect(axis[0]).toBeLessThanOrEqual(data[0] + slack)
        expect(axis[1]).toBeGreaterThanOrEqual(data[1] - slack)
        if (before) expect(axis[0] <= before[0] + slack && axis[1] >= before[1] - slack).toBe(true)
      }
    }),
  )
})

test('dust beyond a tick costs no whole tick', () => {
  expect(grownExtent([-1.7, 0.004], null)).toEqual([-2, 0])
  expect(grownExtent([-1.7, 0.1], null)).toEqual([-2, 1])
})

test('a radius grows in round steps and ignores what is not finite', () => {
  expect(grownRadius([0.01, -0.03], 0, 0.05)).toBe(0.07)
  expect(grownRadius([0.09], 0.1, 0.05)).toBe(0.1)
  expect(grownRadius([-0.3, Infinity], 0.1, 0.05)).toBe(0.5)
  expect(grownRadius([7.1], 0, 0.05)).toBe(10)
})

test('the extent of columns passes over gaps', () => {
  expect(
    extentOf([
      [null, 2],
      [NaN, -1, 7],
    ]),
  ).toEqual([-1, 7])
  expect(extentOf([[], [null]])).toBeNull()
})

test('a linear scale maps ends to ends, and a point axis to its start', () => {
  const at = linear([-1, 1], [200, 0])
  expect([at(-1), at(0), at(1)]).toEqual([200, 100, 0])
  expect(linear([3, 3], [0, 10])(3)).toBe(0)
})
