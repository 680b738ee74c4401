// A checker and its parameters from a line of arguments: --checker NAME --parameter key=value, read as the checker's listing tells.
import type { CheckerChoice, CheckerListing, CheckerParameter, SettingValue, SettingValues } from '#contract'
import { assignment, UsageError, type Arguments, type Terminal } from './grammar.ts'

/** What --checker and --parameter ask for; null without --checker. @throws UsageError when a name or a value cannot be understood */
export async function checkerGiven(terminal: Terminal, given: Arguments): Promise<CheckerChoice | null> {
  const { checker } = given.options
  const list = given.lists.parameter ?? []
  if (checker === undefined) {
    if (list.length > 0) throw new UsageError('--parameter needs --checker')
    return null
  }
  const listings = await terminal.ask('checkers.list', {})
  const listing = listings.find(({ name }) => name === checker)
  if (!listing)
    throw new UsageError(
      `--checker takes ${listings.map(({ name }) => name).join(', ')}, got ${JSON.stringify(checker)}`,
    )
  return { name: checker, parameters: checkerParameters(listing, list) }
}

/**
 * `key=value` arguments as a checker's parameters, by their kinds: whole numbers (nothing after = for none), true or false,
 * a choice, a text. A parameter of texts may be given more than once. Ranges are checked where the checker is made.
 * @throws UsageError when there is no such parameter, or the value is not of its kind
 */
export function checkerParameters({ name, parameters }: CheckerListing, list: readonly string[]): SettingValues {
  const values: Record<string, SettingValue> = {}
  for (const entry of list) {
    const [key, text] = assignment(entry, 'parameter')
    const parameter = parameters.find((one) => one.key === key)
    if (!parameter)
      throw new UsageError(
        `Checker ${name} has no parameter ${JSON.stringify(key)}; it has ${parameters.map((one) => one.key).join(', ') || 'none'}`,
      )
    const before = values[key]
    if (parameter.kind === 'texts') values[key] = [...(Array.isArray(before) ? before : []), text]
    else if (before !== undefined) throw new UsageError(`--parameter ${key} is given twice`)
    else values[key] = valueOf(parameter, text)
  }
  return values
}

function valueOf(parameter: CheckerParameter, text: string): SettingValue {
  const wrong = (wanted: string) =>
    new UsageError(`--parameter ${parameter.key} takes ${wanted}, got ${JSON.stringify(text)}`)
  switch (parameter.kind) {
    case 'integer':
      if (text === '' && parameter.optional) return null
      if (!/^[+-]?\d+$/.test(text)) throw wrong('a whole number')
      return Number(text)
    case 'switch':
      if (text !== 'true' && text !== 'false') throw wrong('true or false')
      return text === 'true'
    case 'choice':
      if (!parameter.choices.includes(text)) throw wrong(parameter.choices.join(', '))
      return text
    case 'text':
    case 'texts':
      return text
  }
}
