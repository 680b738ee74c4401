import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pagesOf, rowsInView, scrollTo } from '../../src/renderer/windowing.ts'

const view = fc.record({
  scroll: fc.double({ min: -50, max: 6e6, noNaN: true }),
  height: fc.integer({ min: 1, max: 3000 }),
  row: fc.integer({ min: 16, max: 120 }),
  total: fc.integer({ min: 0, max: 120_000 }),
})

test('every row that can be seen is drawn, and no more than the spare ones besides', () => {
  fc.assert(
    fc.property(view, ({ scroll, height, row, total }) => {
      const { first, end } = rowsInView(scroll, height, row, total, 8)
      expect(0 <= first && first <= end && end <= total).toBe(true)
      expect(end - first).toBeLessThanOrEqual(Math.ceil(height / row) + 1 + 16)
      const top = Math.max(0, scroll)
      for (const y of [top, top + height / 2, top + height - 1]) {
        const index = Math.floor(y / row)
        if (index < total) expect(index >= first && index < end).toBe(true)
      }
    }),
  )
})

test('the pages hold the rows, without gaps', () => {
  expect(pagesOf({ first: 0, end: 0 }, 100)).toEqual([])
  expect(pagesOf({ first: 99, end: 101 }, 100)).toEqual([0, 1])
  expect(pagesOf({ first: 250, end: 300 }, 100)).toEqual([2])
})

test('scrolling to a row shows it whole and moves no further than it must', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 50_000 }), (index, scroll) => {
      const to = scrollTo(index, scroll, 500, 50)
      expect(to <= index * 50 && (index + 1) * 50 <= to + 500).toBe(true)
      if (index * 50 >= scroll && (index + 1) * 50 <= scroll + 500) expect(to).toBe(scroll)
    }),
  )
})
