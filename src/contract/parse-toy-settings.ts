// The settings of the toy, checked against its table: what the model and the method read, what lies in range.
import { methods } from './methods.ts'
import { checkedSetting, settingRefusal } from './parse-settings.ts'
import { toyMethods, type ToyMethodName } from './toy-methods.ts'
import { toySettingOf, toySettings, type ToySetting } from './toy-settings.ts'

export type ToyValue = number | string
export type ToyValues = Record<string, ToyValue>

const methodOwn = new Set<string>(Object.values(toyMethods).flat())

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
    read.map((setting) => {
      // The number of a scenario is as good as its name.
      const value = setting.key === 'scenario' && setting.key in given ? String(given[setting.key]) : given[setting.key]
      return [setting.key, setting.key in given ? checkedSetting(setting, value) : setting.default]
    }),
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

function notRead({ key, when }: ToySetting, given: Readonly<Record<string, unknown>>) {
  const method = String(given.method ?? toySettingOf('method')?.default) as ToyMethodName
  if (methodOwn.has(key))
    return settingRefusal(key, `${methods[method].label} does not read this setting`, 'Leave it out')
  return settingRefusal(key, `Read only when ${when?.key} is ${when?.is.join(' or ')}`, 'Leave it out')
}
