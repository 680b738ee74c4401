// What is drawn: paths with gaps, bands, labels that keep clear of each other, numbers as text, a chart as SVG.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clustered, spreadLabels } from '../../../../src/renderer/parts/charts/end-labels.ts'
import { linesSvg } from '../../../../src/renderer/parts/charts/lines-svg.ts'
import { changeText, natsText, tickText, valueText } from '../../../../src/renderer/parts/charts/numbers.ts'
import { bandPath, linePath } from '../../../../src/renderer/parts/charts/paths.ts'
import { aligned } from '../../../../src/renderer/parts/charts/series.ts'

test('a line breaks at a gap and shows a lone point', () => {
  expect(linePath([0, 1, 2, 3, 4], [5, 6.123, null, 8, null])).toBe('M0 5L1 6.12M3 8h0')
})

test('a band closes each unbroken stretch', () => {
  expect(bandPath([0, 1, 2, 3], [1, 1, null, 1], [3, 4, 4, 4])).toBe('M0 3L1 4L1 1L0 1Z')
})

test('labels keep apart and as near to their lines as that allows', () => {
  expect(spreadLabels([10, 50], 12, [0, 100])).toEqual([10, 50])
  expect(spreadLabels([50, 50], 12, [0, 100])).toEqual([44, 56])
  expect(spreadLabels([99, 98], 12, [0, 100])).toEqual([100, 88])
})

test('labels are never closer than the gap where there is room', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { maxLength: 8 }), (wanted) => {
      const places = spreadLabels(wanted, 12, [0, 200])
      const sorted = [...places].sort((a, b) => a - b)
      sorted.forEach((place, i) => i > 0 && expect(place - (sorted[i - 1] ?? 0)).toBeGreaterThan(12 - 1e-6))
      for (const place of places) expect(place >= -1e-6 && place <= 200 + 1e-6).toBe(true)
    }),
  )
})

test('ends that lie far apart are named apart', () => {
  expect(clustered([300, 10, 290, 60, 120], (at) => at, 50)).toEqual([[10, 60], [120], [290, 300]])
  expect(clustered([], Number, 50)).toEqual([])
})

test('numbers have a true minus and only useful digits', () => {
  expect([tickText(-0.5, 0.5), tickText(20, 20), tickText(0.00002, 0.00001), tickText(25_000, 5000)]).toEqual([
    '−0.5',
    '20',
    '2e−5',
    '25k',
  ])
  expect([valueText(0.69314), valueText(-12.345), valueText(1e-5), valueText(1234.5), valueText(null)]).toEqual([
    '0.693',
    '−12.35',
    '1e−5',
    '1235',
    '–',
  ])
  expect([natsText(0.5), natsText(-12.3456), natsText(-8.63e-5), natsText(NaN), natsText(undefined)]).toEqual([
    ...['+0.500', '−12.346', '0.000', '–', '–'],
  ])
  expect([changeText(0.5), changeText(-0.5), changeText(0)]).toEqual(['+0.500', '−0.500', '0'])
})

test('a chart as SVG holds its title, lines, labels and reference, and escapes text', () => {
  const series = [{ key: 'a', label: 'a<b', colour: 'c1', steps: [0, 1, 2], xs: [0, 1, 2], ys: [-1, null, 1] }]
  const svg = linesSvg({
    title: 'Loss & "co"',
    xLabel: 'Step',
    series,
    data: aligned(series, 0, [0, 2], 50),
    x: [0, 2],
    y: [-1, 1],
    zero: true,
    width: 400,
    height: 240,
    colour: (css) => (css === 'c1' ? '#123456' : '#777777'),
  })
  expect(svg).toContain('Loss &amp; &quot;co&quot;')
  expect(svg).toContain('a&lt;b')
  expect(svg).toContain('M56 200L304 34')
  expect(svg).toContain('stroke-dasharray="4 4"')
  expect(svg).not.toContain('var(--')
})
