// Numbers in text, read exactly: signs, separators, decimals, fractions, and what only looks like a number.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimalNumber, quotientOf, sameNumber, sumOf, wholeNumber } from '../../../src/ml/checkers/exact-number.ts'
import { numbersIn, plainNotation } from '../../../src/ml/checkers/numbers-in-text.ts'

function read(text: string): string[] {
  const plain = plainNotation(text)
  return numbersIn(plain).map(({ value, start, end }) => {
    const written = plain.slice(start, end)
    return value === null ? `none:${written}` : `${value.top}/${value.bottom}`
  })
}

const values = (text: string) =>
  numbersIn(plainNotation(text)).map(({ value }) => (value ? Number(value.top) / Number(value.bottom) : null))

test.each([
  ['42', [42]],
  ['is 3.50.', [3.5]],
  ['.5 and 0.25', [0.5, 0.25]],
  ['1,234,567 or 1234567', [1234567, 1234567]],
  ['1\u202F234\u202F567', [1234567]],
  ['1{,}234 and 1\\,234', [1234, 1234]],
  ['1,2,3', [1, 2, 3]],
  ['1,2345', [1, 2345]],
  ['12,345,67', [12345, 67]],
  ['$18/day', [18]],
  ['-5', [-5]],
  ['\u22125', [-5]],
  ['-$5 and $-5', [-5, -5]],
  ['x = -7', [-7]],
  ['(-7)', [-7]],
  ['16 - 7', [16, 7]],
  ['16 -7', [16, 7]],
  ['16-7', [16, 7]],
  ['Apollo-11', [11]],
  ['- 5 apples', [5]],
  ['7/14', [0.5]],
  ['2 1/2', [2.5]],
  ['-2 1/2', [-2.5]],
  ['3 7/2', [3, 3.5]],
  ['½ and 2½', [0.5, 2.5]],
  ['\\frac{3}{4} and 1\\frac{1}{2}', [0.75, 1.5]],
  ['-\\dfrac{1}{2}', [-0.5]],
  ['48 / 2', [48, 2]],
  ['1.8 billion', [1800000000]],
  ['5 million, 3 millions', [5000000, 3]],
  ['2e3 and 1.5E-2', [2000, 0.015]],
  ['2em', [2]],
  ['20% of 42km', [20, 42]],
  ['**42**', [42]],
  ['2**3', [2, 3]],
  ['US$ 5', [5]],
  ['Rs.500', [500]],
  ['_.5', [5]],
  ['5/0', [null]],
  ['007', [7]],
])('%s', (text, expected) => {
  expect(values(text)).toEqual(expected)
})

test.each(['x2', 'H2O', '3/4/2020', '1.2.3', '192.168.0.1', '5:30', 'forty-two', '٤٢', '', '.', '-', '1/2/3/4'])(
  'no number: %s',
  (text) => {
    expect(values(text)).toEqual([])
  },
)

test('values are exact where floats are not', () => {
  const sum = sumOf(decimalNumber('0.1'), decimalNumber('0.2'))
  expect(sameNumber(sum, decimalNumber('0.30'))).toBe(true)
  expect(sameNumber(decimalNumber('9007199254740993'), decimalNumber('9007199254740992'))).toBe(false)
  expect(sameNumber(quotientOf(wholeNumber(1), wholeNumber(-3))!, quotientOf(wholeNumber(-2), wholeNumber(6))!)).toBe(
    true,
  )
  expect(quotientOf(wholeNumber(1), wholeNumber(0))).toBeNull()
  expect(read('0.333')).toEqual(['333/1000'])
})

test('a number of more digits than an answer has is found without a value', () => {
  expect(read('9'.repeat(60))).toEqual([`${'9'.repeat(60)}/1`])
  expect(read('9'.repeat(61))).toEqual([`none:${'9'.repeat(61)}`])
  expect(read('1e31')).toEqual(['none:1e31'])
})

// All that is looked at, one character at a time: what stands before and behind a number decides where reading goes on.
test('reading goes on from wherever it was, and numbers do not overlap', () => {
  const text = fc.string({ unit: fc.constantFrom(...'12.,/:-−+_xé%$ e½\u2009'), maxLength: 12 })
  fc.assert(
    fc.property(text, (written) => {
      let end = 0
      for (const number of numbersIn(plainNotation(written))) {
        expect(number.start).toBeGreaterThanOrEqual(end)
        expect(number.end).toBeGreaterThan(number.start)
        end = number.end
      }
    }),
    { numRuns: 5000 },
  )
})
