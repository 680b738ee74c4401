// The file of a report: hostile texts stay texts, nothing is fetched, numbers are written with their intervals.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellText, type StudyReport } from '#contract'
import { figureSvg } from '../../../src/main/studies/figure-svg.ts'
import { escaped } from '../../../src/main/studies/html-text.ts'
import { reportHtml } from '../../../src/main/studies/report-html.ts'

const hostile = `</td><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`

const report = (text: string): StudyReport => ({
  study: {
    ...{ id: 1 as StudyReport['study']['id'], name: 'distribution', form: 'short', model: text, seeds: 1 },
    ...{ status: 'finished', reason: text, createdAt: '2026-11-26T00:00:00Z', endedAt: null },
    steps: [{ title: text, done: true, seconds: 1 }],
    ...{ doing: null, job: null, secondsLeft: null },
  },
  ...{ title: text, question: text, how: [text], findings: [text], command: text, pinned: [[text, text]] },
  tables: [{ title: text, note: text, head: [text, text], rows: [[text, text]] }],
  figures: [
    {
      ...{ title: text, x: text, y: text },
      lines: [
        {
          name: text,
          points: [
            [0, 0],
            [1, 2],
          ],
        },
      ],
    },
  ],
})

test('no text of a report becomes a tag or leaves an attribute', () => {
  const html = reportHtml(report(hostile))
  const plain = reportHtml(report('plain'))
  expect(html).not.toContain('<script')
  expect(html).not.toContain('<img')
  // The same tags and attributes as with a plain text, in the same order.
  const tags = (text: string) =>
    [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/aria-label="[^"]*"/, 'aria-label'))
  expect(tags(html)).toEqual(tags(plain))
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
})

test('whatever the text, escaped is without marks and says the same', () => {
  const marks = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '\u0000', '\n', ';', '#39', 'amp', 'é', '😀') }),
      (text) => {
        const safe = escaped(text)
        expect(safe).not.toMatch(/[<>"']/)
        const back = safe.replace(/&(?:amp|lt|gt|quot|#39);/g, (mark) => marks[mark as keyof typeof marks])
        expect(back).toBe(text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, ''))
      },
    ),
  )
})

test('nothing comes from elsewhere, and no script may run', () => {
  const html = reportHtml(report('plain'))
  expect(html).not.toMatch(/\b(?:src|href)=|@import|url\(|https?:/)
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
})

test('cells', () => {
  const mean = { mean: 0.673, low: 0.6, high: 0.72, of: 300 }
  expect(cellText({ ...mean, as: 'percent' })).toBe('67.3 [60.0, 72.0]')
  expect(cellText({ ...mean, mean: 0.05, low: -0.01, high: 0.11, as: 'points' })).toBe('+5.0 [-1.0, +11.0]')
  expect(cellText({ ...mean, low: null, as: 'nats' })).toBe('0.673')
  expect(cellText({ mean: null, low: null, high: null, of: 0, as: 'plain' })).toBe('-')
  expect(cellText('words')).toBe('words')
})

test('a figure is drawn within its frame, also with many lines and flat ones', () => {
  const lines = Array.from({ length: 16 }, (_, i) => ({
    name: `arm ${i}`,
    points: [
      [0, 1],
      [5, 1],
    ] as [number, number][],
  }))
  const svg = figureSvg({ title: 't', x: 'x', y: 'y', lines })!
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number)
  const numbers = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, value]) => Number(value))
  for (const x of numbers(/ x[12]?="([^"]+)"/g)) expect(x).toBeLessThanOrEqual(width!)
  const ys = numbers(/ y[12]?="([^"]+)"/g)
  for (const y of ys) expect(y).toBeGreaterThanOrEqual(0)
  for (const y of ys) expect(y).toBeLessThanOrEqual(height!)
  // Names are a line apart.
  const names = [...svg.matchAll(/ y="([^"]+)" fill/g)].map(([, y]) => Number(y)).toSorted((a, b) => a - b)
  names.forEach((y, i) => expect(y - (names[i - 1] ?? -99)).toBeGreaterThanOrEqual(12))
  expect(figureSvg({ title: 't', x: 'x', y: 'y', lines: [{ name: 'one', points: [[0, 0]] }] })).toBeNull()
})
