// The numbers that a text writes in digits, in English notation, found in one pass whose time grows with the text's length.
import { decimalNumber, type ExactNumber, mostDigits, negativeOf, quotientOf, sumOf } from './exact-number.ts'

/** A number as written at [start, end) of the text; null where it has too many digits or divides by zero. */
export type FoundNumber = { value: ExactNumber | null; start: number; end: number }

type Digits = { value: ExactNumber | null; end: number; plain: boolean }

const magnitudes: Record<string, number> = { hundred: 2, thousand: 3, million: 6, billion: 9, trillion: 12 }
// Sticky, so that each is tried at one place only.
const exponent = /e([+-]?\d{1,2})(?![\p{L}\d])/iuy
const magnitude = /[ \u00A0-]?(hundred|thousand|million|billion|trillion)(?!\p{L})/iuy
const letter = /[\p{L}_]/u

/** LaTeX and typographic ways to write a number, turned into the plain ones that `numbersIn` reads. */
export function plainNotation(text: string): string {
  const fraction = (written: string, at: number) => (isDigit(text[at - 1]) ? ` ${written}` : written)
  return (
    text
      .replace(/\\[dt]?frac\{([\d.,]{1,60})\}\{([\d.,]{1,60})\}/g, (_, a: string, b: string, at: number) =>
        fraction(`${a}/${b}`, at),
      )
      .replace(/[¼-¾⅐-⅞]/g, (sign) => ` ${sign.normalize('NFKC').replace('\u2044', '/')}`)
      .replaceAll('{,}', ',')
      .replaceAll('\\!', '')
      .replaceAll('\\,', '\u2009')
      // Bold type; 2**3 stays, lest it become 23.
      .replace(/(?<!\d)\*\*|\*\*(?!\d)/g, '')
  )
}

/**
 * Thousands are parted by commas or thin spaces, decimals by a point; 3/4 and 2 1/2 are fractions, 5 million is 5,000,000,
 * 2e3 is 2000. Units, currencies and % are left aside. No numbers: digits behind a letter (x2), dates (3/4/2020), versions (1.2.3), times (5:30).
 */
export function numbersIn(text: string): FoundNumber[] {
  const found: FoundNumber[] = []
  for (let at = 0; at < text.length;) {
    if (!startsNumber(text, at)) {
      at++
      continue
    }
    if (letter.test(text[at - 1] ?? '')) {
      at = digitsEnd(text, at)
      continue
    }
    const read = readNumber(text, at)
    if (read.number !== undefined) {
      const start = signStart(text, at)
      const value = start < at && read.number ? negativeOf(read.number) : read.number
      found.push({ value, start, end: read.end })
    }
    at = read.end
  }
  return found
}

/** `number` is undefined where what is written is no number. */
function readNumber(text: string, at: number): { number?: ExactNumber | null; end: number } {
  const first = readDigits(text, at)
  if (/^[.:]\d/.test(text.slice(first.end, first.end + 2))) return { end: runEnd(text, first.end) }
  if (text[first.end] === '/' && isDigit(text[first.end + 1])) return readFraction(text, first)
  const space = text[first.end] === ' ' && first.plain && isDigit(text[first.end + 1])
  const part = space ? readDigits(text, first.end + 1) : null
  if (!part?.plain || text[part.end] !== '/' || !isDigit(text[part.end + 1]))
    return { number: first.value, end: first.end }
  const fraction = readFraction(text, part)
  const proper = first.value && fraction.number && fraction.number.top < fraction.number.bottom
  return proper
    ? { number: sumOf(first.value!, fraction.number!), end: fraction.end }
    : { number: first.value, end: first.end }
}

function readFraction(text: string, top: Digits): { number?: ExactNumber | null; end: number } {
  const bottom = readDigits(text, top.end + 1)
  if (text[bottom.end] === '/' && isDigit(text[bottom.end + 1])) return { end: runEnd(text, bottom.end) }
  return { number: top.value && bottom.value && quotientOf(top.value, bottom.value), end: bottom.end }
}

function readDigits(text: string, at: number): Digits {
  let end = digitsEnd(text, at)
  const separator = text[end] ?? ''
  if (end - at <= 3 && end > at && /[,\u00A0\u2009\u202F]/.test(separator))
    while (text[end] === separator && digitsEnd(text, end + 1) === end + 4) end += 4
  if (text[end] === '.' && isDigit(text[end + 1])) end = digitsEnd(text, end + 1)
  const digits = text.slice(at, end).replace(/[,\u00A0\u2009\u202F]/g, '')
  const plain = /^\d+$/.test(digits)
  exponent.lastIndex = magnitude.lastIndex = end
  const [power, word] = [exponent.exec(text), magnitude.exec(text)]
  const times = power ? Number(power[1]) : word ? magnitudes[word[1]!.toLowerCase()]! : 0
  const value = digits.length > mostDigits || Math.abs(times) > 30 ? null : decimalNumber(digits, times)
  return { value, end: end + (power?.[0] ?? word?.[0] ?? '').length, plain: plain && times === 0 }
}

/** A minus counts as a sign unless it stands between two numbers or within a word: 16 -7, 10-15, Apollo-11. */
function signStart(text: string, at: number): number {
  const before = /[$€£]/.test(text[at - 1] ?? '') ? at - 2 : at - 1
  if (before < 0 || !/[-\u2212]/.test(text[before]!)) return at
  let left = before - 1
  while (text[left] === ' ') left--
  const spaced = left < before - 1
  const neighbour = text[left] ?? ''
  const between = spaced ? /[\d)\]}%]/.test(neighbour) : /[\p{L}\p{N}_)\]}%.\-\u2212]/u.test(neighbour)
  return between ? at : before
}

function startsNumber(text: string, at: number): boolean {
  if (isDigit(text[at])) return true
  const before = text[at - 1] ?? ''
  return text[at] === '.' && isDigit(text[at + 1]) && !letter.test(before) && !/[\d.]/.test(before)
}

function digitsEnd(text: string, at: number): number {
  while (isDigit(text[at])) at++
  return at
}

function runEnd(text: string, at: number): number {
  while (isDigit(text[at]) || (/[./:]/.test(text[at] ?? '') && isDigit(text[at + 1]))) at++
  return at
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}
