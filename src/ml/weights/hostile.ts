// Looking at values that come from a stranger's file before they are believed, and naming them in an error.

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A stranger's value, short and on one line, fit for an error. */
export function shown(value: unknown): string {
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).replace(/[\p{C}\s]+/gu, ' ')
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** A JSON text that must hold an object. */
export function jsonObject(text: string, what: string): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error(`${what} is not valid JSON`)
  }
  if (!isObject(json)) throw new Error(`${what} does not hold a JSON object`)
  return json
}
