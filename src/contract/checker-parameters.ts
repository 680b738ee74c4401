// The parameters of a checker as texts `key=value`: as a command line gives them and a run keeps them.
import type { CheckerChoice, CheckerListing, CheckerParameter } from './checkers.ts'
import { ProblemError } from './problems.ts'
import type { SettingValue, SettingValues } from './runs.ts'

/**
 * The parameters that the texts give, by their kinds: whole numbers (nothing after = for none), true or false, a choice, a text.
 * A parameter of texts may be given more than once. Ranges are checked where the checker is made.
 * @throws ProblemError when there is no such parameter, the value is not of its kind, or one value is given twice
 */
export function parametersOfTexts({ name, parameters }: CheckerListing, texts: readonly string[]): SettingValues {
  const values: Record<string, SettingValue> = {}
  for (const entry of texts) {
    const at = entry.indexOf('=')
    const [key, text] = [entry.slice(0, Math.max(at, 0)), entry.slice(at + 1)]
    const parameter = parameters.find((one) => one.key === key)
    if (!parameter)
      throw refusal(
        name,
        `Checker ${name} has no parameter ${JSON.stringify(key)}; it has ${parameters.map((one) => one.key).join(', ') || 'none'}`,
      )
    const before = values[key]
    if (parameter.kind === 'texts') values[key] = [...(Array.isArray(before) ? before : []), text]
    else if (before !== undefined) throw refusal(name, `Parameter ${key} is given twice`)
    else values[key] = valueOf(parameter, text, name)
  }
  return values
}

/** The same the other way: what `parametersOfTexts` reads as these values. */
export function textsOfParameters(values: SettingValues): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${key}=${one === null ? '' : String(one)}`),
  )
}

/**
 * The checker that a run's settings name; null where no checker scores. Runs of before checkers had parameters name none.
 * @throws ProblemError when there is no such checker among those listed, and as `parametersOfTexts`
 */
export function checkerOfSettings(settings: SettingValues, listings: readonly CheckerListing[]): CheckerChoice | null {
  const { reward_from, checker: name, checker_parameters: texts } = settings
  if (typeof name !== 'string' || reward_from === 'reward-model') return null
  const listing = listings.find((one) => one.name === name)
  if (!listing) throw refusal(name, `There is no such checker; there are ${listings.map((one) => one.name).join(', ')}`)
  return { name, parameters: parametersOfTexts(listing, Array.isArray(texts) ? texts : []) }
}

function valueOf(parameter: CheckerParameter, text: string, checker: string): SettingValue {
  const wrong = (wanted: string) =>
    refusal(checker, `Parameter ${parameter.key} takes ${wanted}, got ${JSON.stringify(text)}`)
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

function refusal(checker: string, message: string): ProblemError {
  return new ProblemError({ code: 'bad-input', message, where: `checker ${checker}` })
}
