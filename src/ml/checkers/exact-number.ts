// Exact numbers: fractions of whole numbers of any size, so that 0.1 + 0.2 is 0.3 and no rounding decides a verdict.

/** top / bottom, bottom > 0; not in lowest terms. */
export type ExactNumber = { top: bigint; bottom: bigint }

/** More digits than these are no answer but a model that runs on; comparing them would take long. */
export const mostDigits = 60

export function wholeNumber(value: bigint | number): ExactNumber {
  return { top: BigInt(value), bottom: 1n }
}

/** From plain digits such as '12', '0.5' or '.5', times 10^exponent. At most `mostDigits` digits, exponent -30 to 30. */
export function decimalNumber(digits: string, exponent = 0): ExactNumber {
  const [whole = '', part = ''] = digits.split('.')
  const power = exponent - part.length
  const top = BigInt(whole + part || '0')
  return power < 0 ? { top, bottom: 10n ** BigInt(-power) } : { top: top * 10n ** BigInt(power), bottom: 1n }
}

export function sameNumber(a: ExactNumber, b: ExactNumber): boolean {
  return a.top * b.bottom === b.top * a.bottom
}

export function sumOf(a: ExactNumber, b: ExactNumber): ExactNumber {
  return { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom }
}

export function productOf(a: ExactNumber, b: ExactNumber): ExactNumber {
  return { top: a.top * b.top, bottom: a.bottom * b.bottom }
}

export function negativeOf(a: ExactNumber): ExactNumber {
  return { top: -a.top, bottom: a.bottom }
}

/** null where `b` is zero. */
export function quotientOf(a: ExactNumber, b: ExactNumber): ExactNumber | null {
  if (b.top === 0n) return null
  const sign = b.top < 0n ? -1n : 1n
  return { top: sign * a.top * b.bottom, bottom: sign * a.bottom * b.top }
}
