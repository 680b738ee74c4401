// The parameters of a checker as plain data: a form is built from them, and given values are checked against them.

export type ParameterKind =
  | { kind: 'integer'; min: number; max: number; optional?: boolean }
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'switch' }
  /** A text of at most `longest` characters; empty where there is none. */
  | { kind: 'text'; longest: number }
  /** At most `most` texts, none of them blank, each of at most `longest` characters. */
  | { kind: 'texts'; most: number; longest: number }

export type Parameter = ParameterKind & {
  key: string
  label: string
  meaning: string
  unit?: string
  default: ParameterValue
}

/** null: an optional number that is left out. */
export type ParameterValue = number | string | boolean | null | readonly string[]

type ValueOf<P extends Parameter> = P extends { kind: 'integer' }
  ? P extends { optional: true }
    ? number | null
    : number
  : P extends { kind: 'choice'; choices: readonly (infer Choice)[] }
    ? Choice
    : P extends { kind: 'switch' }
      ? boolean
      : P extends { kind: 'text' }
        ? string
        : readonly string[]

/** The values of a list of parameters, by key. */
export type Values<List extends readonly Parameter[]> = { [P in List[number] as P['key']]: ValueOf<P> }

/**
 * All values, defaults filled in. Throws one line that names the checker and the parameter when one is unknown, of another
 * kind, or out of range.
 */
export function checkedValues(
  checker: string,
  parameters: readonly Parameter[],
  given: Readonly<Record<string, unknown>>,
): Record<string, ParameterValue> {
  for (const key of Object.keys(given))
    if (!parameters.some((parameter) => parameter.key === key))
      throw new Error(
        `Checker ${checker} has no parameter ${JSON.stringify(key)}; it has ${parameters.map((p) => p.key).join(', ') || 'none'}.`,
      )
  return Object.fromEntries(
    parameters.map((parameter) => {
      const { key } = parameter
      const value = Object.hasOwn(given, key) && given[key] !== undefined ? given[key] : parameter.default
      if (!fits(parameter, value))
        throw new Error(`Parameter ${key} of checker ${checker} must be ${wanted(parameter)}, got ${told(value)}.`)
      return [key, value]
    }),
  )
}

function fits(parameter: ParameterKind, value: unknown): value is ParameterValue {
  switch (parameter.kind) {
    case 'integer':
      if (value === null) return parameter.optional === true
      return Number.isInteger(value) && (value as number) >= parameter.min && (value as number) <= parameter.max
    case 'choice':
      return parameter.choices.some((choice) => choice === value)
    case 'switch':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string' && value.length <= parameter.longest
    case 'texts':
      return (
        Array.isArray(value) &&
        value.length <= parameter.most &&
        value.every((text) => typeof text === 'string' && text.trim() !== '' && text.length <= parameter.longest)
      )
  }
}

function wanted(parameter: ParameterKind): string {
  switch (parameter.kind) {
    case 'integer':
      return `a whole number from ${parameter.min} to ${parameter.max}${parameter.optional ? ', or left out' : ''}`
    case 'choice':
      return `one of ${parameter.choices.join(', ')}`
    case 'switch':
      return 'true or false'
    case 'text':
      return `a text of at most ${parameter.longest} characters`
    case 'texts':
      return `a list of at most ${parameter.most} texts, none blank, each of at most ${parameter.longest} characters`
  }
}

function told(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)
  return Array.isArray(value) ? 'another list' : `a value of type ${typeof value}`
}
