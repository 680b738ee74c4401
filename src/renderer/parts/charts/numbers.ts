// Numbers as a chart writes them: a true minus sign, as many digits as the place has room and use for.

const MINUS = '−'

/** A tick's text: the digits its step needs and no more. */
export function tickText(value: number, step: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e6) return signed(value, `${trimmed((size / 1e6).toPrecision(3))}M`)
  if (size >= 1e4) return signed(value, `${trimmed((size / 1e3).toPrecision(4))}k`)
  if (step < 1e-3) return signed(value, exponent(size, 2))
  return signed(value, size.toFixed(Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)))))
}

/** A reading's text: three significant digits, exponents only for the very small. */
export function valueText(value: number | null | undefined): string {
  if (value == null || Number.isNaN(value)) return '–'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 1e-3) return signed(value, exponent(size, 3))
  if (size >= 1e6) return signed(value, `${(size / 1e6).toPrecision(3)}M`)
  if (size >= 1e4) return signed(value, `${(size / 1e3).toPrecision(3)}k`)
  if (size >= 100) return signed(value, size.toFixed(size >= 1000 ? 0 : 1))
  return signed(value, size.toFixed(size >= 10 ? 2 : 3))
}

/** The same with a plus sign before what rose. */
export function changeText(value: number | null | undefined): string {
  return value != null && value > 0 ? `+${valueText(value)}` : valueText(value)
}

/** Likelihoods in nats a token or an answer, to be read down a column: three decimals, with a plus sign before what rose. */
export function natsText(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return changeText(value)
  const text = Math.abs(value).toFixed(3)
  return Number(text) === 0 ? text : value > 0 ? `+${text}` : `${MINUS}${text}`
}

function signed(value: number, text: string): string {
  return value < 0 ? `${MINUS}${text}` : text
}

function exponent(size: number, digits: number): string {
  const [lead = '', power = ''] = size.toExponential(digits - 1).split('e')
  return `${trimmed(lead)}e${power.replace('+', '').replace('-', MINUS)}`
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
