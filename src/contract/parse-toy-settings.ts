// The settings of the toy, checked against its table: what the model and the method read, what lies in range.
import { methods } from './methods.ts'
import { checkedSetting, settingRefusal, valueFromText } from './parse-settings.ts'
import { ProblemError } from './problems.ts'
import { methodOwn, toyMethods, type ToyMethodName } from './toy-methods.ts'
import { toySettingOf, toySettings, type ToySetting } from './toy-settings.ts'

export type ToyValue = number | string
export type ToyValues = Record<string, ToyValue>

/** The settings that are read when the others are as given, in the order of the form. */
export function toySettingsRead(values: Readonly<Record<string, unknown>>): ToySetting[] {
  const valueOf = (key: string) => values[key] ?? toySettingOf(key)?.default
  const ownOf = toyMethods[String(valueOf('method')) as ToyMethodName] ?? []
  const reads = ({ key, when }: ToySetting): boolean => {
    if (methodOwn.has(key)) return (ownOf as readonly string[]).includes(key)
    if (!when) return true
    const other = toySettingOf(when.key)
    return other !== undefined && reads(other) && when.is.includes(String(valueOf(when.key)))
  }
  return toySettings.filter(reads)
}

/**
 * The toy's settings, complete: those that are read, defaults filled in.
 * Throws a ProblemError that names the setting: unknown, not read under the others, out of range, or too few responses.
 */
export function parseToySettings(given: Readonly<Record<string, unknown>>): ToyValues {
  const read = toySettingsRead(given)
  for (const key of Object.keys(given)) {
    const setting = toySettingOf(key)
    if (!setting)
      throw settingRefusal(key, 'The toy has no such setting', `Known: ${read.map((one) => one.key).join(', ')}`)
    if (!read.includes(setting)) throw notRead(setting, given)
  }
  const parsed = Object.fromEntries(
    read.map((setting) => [
      setting.key,
      setting.key in given ? checkedValue(setting, given[setting.key]) : setting.default,
    ]),
  ) as ToyValues
  const { prompts, responses } = parsed as { prompts: number; responses: number }
  if (responses <= 2 * prompts)
    throw settingRefusal(
      'responses',
      `${prompts} prompts need more than ${2 * prompts} responses, got ${responses}`,
      'Give more responses or fewer prompts',
    )
  return parsed
}

/** The number of a scenario is as good as its name. */
const checkedValue = (setting: ToySetting, value: unknown) =>
  checkedSetting(setting, setting.key === 'scenario' ? String(value) : value) as ToyValue

/** Runs that one grid may be. */
const MOST_RUNS = 1000

/** One combination of what a grid varies, and all settings that are read with it. */
export type ToyCell = { varied: ToyValues; settings: ToyValues }

/**
 * Every combination of the values in `vary`, in the order of its keys, the last one changing fastest, each beside `given`. A given setting that
 * some combinations do not read is left out there. Throws a ProblemError as `parseToySettings` does, also for one that none reads, and
 * before anything is combined where that would be more runs than a grid may be, each combination being run `seeds` times.
 */
export function toyCells(
  given: Readonly<ToyValues>,
  vary: Readonly<Record<string, readonly ToyValue[]>>,
  seeds: number,
): ToyCell[] {
  const runs = Object.values(vary).reduce((product, values) => product * values.length, seeds)
  if (runs > MOST_RUNS)
    throw new ProblemError({
      code: 'refused',
      message: `${runs} runs are more than the ${MOST_RUNS} that a grid may be`,
      where: 'vary',
      advice: 'Vary fewer values, or take fewer seeds',
    })
  for (const [key, values] of Object.entries(vary)) {
    const setting = toySettingOf(key)
    if (!setting) throw settingRefusal(key, 'The toy has no such setting')
    for (const value of values) checkedValue(setting, value)
  }
  const combinations = Object.entries(vary).reduce<ToyValues[]>(
    (some, [key, values]) => some.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  )
  const reads = combinations.map((varied) => new Set(toySettingsRead({ ...given, ...varied }).map(({ key }) => key)))
  return combinations.map((varied, i) => {
    const kept = Object.entries(given).filter(([key]) => reads[i]!.has(key) || !reads.some((keys) => keys.has(key)))
    return { varied, settings: parseToySettings({ ...Object.fromEntries(kept), ...varied }) }
  })
}

/** A value as typed: a number where it is one and the setting wants one, else the text, for the check to name. */
export function toyValueFromText(key: string, text: string): ToyValue {
  const trimmed = text.trim()
  const value = valueFromText(toySettingOf(key), trimmed)
  return typeof value === 'number' && Number.isFinite(value) ? value : trimmed
}

function notRead({ key, when }: ToySetting, given: Readonly<Record<string, unknown>>) {
  const method = String(given.method ?? toySettingOf('method')?.default) as ToyMethodName
  if (methodOwn.has(key))
    return settingRefusal(key, `${methods[method].label} does not read this setting`, 'Leave it out')
  return settingRefusal(key, `Read only when ${when?.key} is ${when?.is.join(' or ')}`, 'Leave it out')
}
