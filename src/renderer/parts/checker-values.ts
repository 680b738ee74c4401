// What is typed into the fields of a checker's parameters, as plain data, read against what the checker's listing tells.
import { SettingValues, type CheckerListing, type CheckerParameter, type SettingValue } from '#contract'

/** A value as it was typed: a number where it is one, null where none is and none must be, a text a line; else the text, for the check to name. */
export function parameterTyped(parameter: CheckerParameter, text: string): SettingValue {
  if (parameter.kind === 'texts') return text.split('\n').filter((line) => line.trim() !== '')
  if (parameter.kind !== 'integer') return text
  const typed = text.trim()
  if (typed === '' && parameter.optional) return null
  return /^[+-]?\d+$/.test(typed) ? Number(typed) : typed
}

/** A value as a box shows it. */
export function parameterText(value: SettingValue): string {
  return Array.isArray(value) ? value.join('\n') : value === null ? '' : String(value)
}

/** The values with one changed; one at its default is not kept. */
export function withParameter(values: SettingValues, parameter: CheckerParameter, value: SettingValue): SettingValues {
  const { [parameter.key]: _, ...rest } = values
  return same(value, parameter.default) ? rest : { ...rest, [parameter.key]: value }
}

/** What is wrong with a value, or null. */
export function parameterProblem(parameter: CheckerParameter, value: SettingValue): string | null {
  switch (parameter.kind) {
    case 'integer': {
      if (value === null && parameter.optional) return null
      const fits = typeof value === 'number' && value >= parameter.min && value <= parameter.max
      return fits ? null : `A whole number from ${parameter.min} to ${parameter.max}.`
    }
    case 'text':
      return String(value).length > parameter.longest ? `At most ${parameter.longest} characters.` : null
    case 'texts': {
      const texts = Array.isArray(value) ? value : []
      if (texts.length > parameter.most) return `At most ${parameter.most} texts.`
      return texts.some((text) => text.length > parameter.longest)
        ? `Each at most ${parameter.longest} characters.`
        : null
    }
    case 'choice':
    case 'switch':
      return null
  }
}

/** Of values that came through an address: those that the checker has, and of their kind. */
export function knownParameters({ parameters }: CheckerListing, values: SettingValues): SettingValues {
  return Object.fromEntries(
    parameters.flatMap((parameter) => {
      const value = Object.hasOwn(values, parameter.key) ? values[parameter.key] : undefined
      return value !== undefined && isOfKind(parameter, value) ? [[parameter.key, value]] : []
    }),
  )
}

function isOfKind(parameter: CheckerParameter, value: SettingValue): boolean {
  switch (parameter.kind) {
    case 'integer':
      return value === null || typeof value === 'number' || typeof value === 'string'
    case 'choice':
      return typeof value === 'string' && parameter.choices.includes(value)
    case 'switch':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string'
    case 'texts':
      return Array.isArray(value)
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Parameters as an address holds them, JSON; null for none. */
export function parametersText(values: SettingValues): string | null {
  return Object.keys(values).length > 0 ? JSON.stringify(values) : null
}

/** The same read back; none where that is not understood. */
export function parametersIn(text: string | undefined): SettingValues {
  try {
    return SettingValues.safeParse(JSON.parse(text ?? '{}')).data ?? {}
  } catch {
    return {}
  }
}
