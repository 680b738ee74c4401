import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LARGEST_NUMBER, numberIn } from '#contract'

const inRange = fc.double({ min: -LARGEST_NUMBER, max: LARGEST_NUMBER, noNaN: true })

test('a number is the same as itself and as any text that JavaScript or Python write it as', () => {
  fc.assert(
    fc.property(inRange, fc.constantFrom('', ' ', '\t'), (value, space) => {
      for (const text of [String(value), value.toExponential(), `${space}${value}${space}`, value.toExponential(17)])
        expect(numberIn(text)! + 0).toBe(value + 0)
      expect(numberIn(value)).toBe(value)
    }),
  )
  for (const value of [-999_999n, 0n, 7n]) expect(numberIn(value)).toBe(Number(value))
  expect(['1.', '.5', '+2', '1e3', '1E-3', '-0.25'].map(numberIn)).toEqual([1, 0.5, 2, 1000, 0.001, -0.25])
})

test('a long text that is nearly a number is refused at once', () => {
  const digits = '1'.repeat(1_000_000)
  expect([`${digits}x`, `${digits}.${digits}x`, `1e${digits}x`, digits].map(numberIn)).toEqual(Array(4).fill(undefined))
})

test('whatever it is given, a finite number in range comes out, or none', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true }), (value) => {
      const found = numberIn(value)
      expect(found === null || found === undefined || Math.abs(found) <= LARGEST_NUMBER).toBe(true)
    }),
    { numRuns: 1000 },
  )
  expect([undefined, null, '', '  '].map(numberIn)).toEqual([null, null, null, null])
  for (const none of [null, undefined, '', '  ', NaN]) expect(numberIn(none)).toBe(null)
  const wrong = ['high', '1,5', '0x10', '1_000', 'NaN', 'Infinity', '--1', '1e', '.', '1e999', '1000001', '5/10']
  for (const value of [...wrong, Infinity, -1e7, true, [1], { of: 1 }]) expect(numberIn(value)).toBe(undefined)
})
