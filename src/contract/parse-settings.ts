// The settings of a run, checked against the table: what its method reads, what lies in range, what the other settings allow.
import { strengthChoices, strengthUse } from './label-settings.ts'
import { methods, type MethodName } from './methods.ts'
import { ProblemError } from './problems.ts'
import type { Setting, SettingKind } from './setting.ts'
import { settingOf, type SettingKey } from './settings.ts'
import { labelUses, methodsIn, settingsRead, termsOf } from './terms.ts'

/** Texts in a checker's parameters. */
const MOST_PARAMETERS = 200

/** Of a run: the settings that its method reads, and no others. */
export type ParsedSettings = Partial<Record<SettingKey, number | string | boolean | null | readonly string[]>>

/**
 * The settings of a run, complete: defaults filled in, `given` checked against the table.
 * Throws a ProblemError that names the setting: unknown, not read by the method, not read under the other settings, out of range.
 */
export function parseSettings(method: MethodName, given: Readonly<Record<string, unknown>>): ParsedSettings {
  const reads = settingsRead(method, given)
  for (const key of Object.keys(given)) {
    const setting = settingOf(key)
    if (!setting) throw settingRefusal(key, 'There is no such setting', `Known settings: ${reads.join(', ')}`)
    if (!reads.includes(key as SettingKey))
      throw settingRefusal(key, `${methods[method].label} does not read this setting`, 'Leave it out')
  }
  const parsed: Record<string, ParsedSettings[SettingKey]> = {}
  for (const key of reads) {
    const setting = settingOf(key)
    if (!setting) continue
    parsed[key] = key in given ? checkedSetting(setting, given[key]) : setting.default
  }
  for (const key of Object.keys(given)) {
    const when = settingOf(key)?.when
    if (when && !when.is.includes(String(parsed[when.key])))
      throw settingRefusal(
        key,
        `Not read when ${when.key} is ${String(parsed[when.key])}`,
        `Leave it out, or set ${when.key} to ${when.is.join(' or ')}`,
      )
  }
  if (parsed.reward_from === 'reward-model' && parsed.reward_model === '')
    throw settingRefusal(
      'reward_model',
      'Scores are to come from a reward model, and none is named',
      'Give the name of one',
    )
  if (parsed.kl_control === 'adaptive' && !(Number(parsed.kl_coef) > 0))
    throw settingRefusal(
      'kl_coef',
      'A KL weight of 0 stays 0 whatever its control',
      'Give one above 0 to start from, or set kl_control to fixed',
    )
  for (const name of methodsIn(method, parsed)) checkNeeds(name, parsed)
  checkLabels(method, parsed)
  for (const key of ['kl_weight', 'kl_coef'] as const)
    if (parsed.tuning === 'full' && Number(parsed[key] ?? 0) > 0)
      throw settingRefusal(
        key,
        'With full tuning the weights of the reference are trained, and no distance from it can be told of new answers',
        `Set ${key} to 0, or tuning to lora`,
      )
  return parsed as ParsedSettings
}

/** Refuses values that the method cannot do with. */
function checkNeeds(method: MethodName, parsed: ParsedSettings): void {
  const { label, only = {}, least = {} } = methods[method]
  for (const [key, { is, why }] of Object.entries(only))
    if (parsed[key as SettingKey] !== is)
      throw settingRefusal(key, `${label} needs ${is}: ${why}`, `Set ${key} to ${is}`)
  for (const [key, most] of Object.entries(least)) {
    const value = parsed[key as SettingKey]
    if (typeof value === 'number' && value < most)
      throw settingRefusal(key, `${label} needs at least ${most}, got ${value}`)
  }
}

/** Refuses a use of labels that the method, or a term of it, does not know, and a second say in how sure labels are. */
function checkLabels(method: MethodName, parsed: ParsedSettings): void {
  const use = strengthUse(parsed.label_strength)
  if (!use) return
  const uses = labelUses(method, parsed)
  if (!uses.includes(use.as)) {
    const unable = methodsIn(method, parsed).find((name) => !methods[name].labels?.includes(use.as))
    throw settingRefusal(
      'label_strength',
      `The loss of ${methods[unable ?? method].label} cannot use the strength of labels as ${use.as}`,
      `Give one of ${['ignore', ...uses.flatMap(strengthChoices)].join(', ')}`,
    )
  }
  for (const key of ['label_smoothing', 'exo_epsilon'] as const)
    if (use.as === 'soft-label' && parsed[key] !== undefined && parsed[key] !== settingOf(key)?.default)
      throw settingRefusal(
        key,
        `With label_strength ${String(parsed.label_strength)} each label has a smoothing of its own`,
        'Leave it out, or set label_strength to something else',
      )
}

/** A value typed on a command line, as the setting's kind reads it; the check comes later. */
export function settingFromText(key: string, text: string): unknown {
  return valueFromText(settingOf(key), text)
}

/** The same of a setting of any table; a text without one stays as it is. */
export function valueFromText(setting: SettingKind | undefined, text: string): unknown {
  if (!setting) return text
  switch (setting.kind) {
    case 'number':
    case 'integer':
      return text === '' ? null : Number(text)
    case 'switch':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'list':
    case 'terms':
      return text.split('+')
    case 'parameters':
      return text === '' ? [] : [text]
    case 'choice':
    case 'model':
    case 'set':
      return text
  }
}

/** A value as its setting has it. Throws a ProblemError that names the setting: another kind, out of range, no choice. */
export function checkedSetting(
  setting: SettingKind & Pick<Setting, 'key'>,
  value: unknown,
): ParsedSettings[SettingKey] {
  const { key } = setting
  switch (setting.kind) {
    case 'number':
    case 'integer': {
      if (value === null && setting.optional) return null
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw settingRefusal(key, `Expected a number, got ${JSON.stringify(value)}`)
      if (setting.kind === 'integer' && !Number.isInteger(value))
        throw settingRefusal(key, `Expected a whole number, got ${value}`)
      if (value < setting.min || value > setting.max)
        throw settingRefusal(key, `${value} is out of range`, `Give a value from ${setting.min} to ${setting.max}`)
      return value
    }
    case 'switch':
      if (typeof value !== 'boolean') throw settingRefusal(key, `Expected true or false, got ${JSON.stringify(value)}`)
      return value
    case 'model':
      if (typeof value !== 'string' || value.length > 200) throw settingRefusal(key, 'Expected the name of a model')
      return value
    case 'set':
      if (typeof value !== 'string' || value.length > 200) throw settingRefusal(key, 'Expected the name of a set')
      return value
    case 'choice':
      if (typeof value !== 'string' || !setting.choices.includes(value))
        throw settingRefusal(
          key,
          `${JSON.stringify(value)} is not a choice`,
          `Give one of ${setting.choices.join(', ')}`,
        )
      return value
    case 'parameters': {
      const texts = Array.isArray(value) ? (value as unknown[]) : [value]
      const stray = texts.find((text) => typeof text !== 'string' || !/^[^=]{1,100}=/.test(text) || text.length > 2_000)
      if (stray !== undefined || texts.length > MOST_PARAMETERS)
        throw settingRefusal(
          key,
          `Expected at most ${MOST_PARAMETERS} texts key=value`,
          'Write a parameter and its value, as at_most=20',
        )
      return texts as string[]
    }
    case 'terms':
      return termsOf(value).map(({ name, weight }) => `${name}*${weight}`)
    case 'list': {
      const items = Array.isArray(value) ? (value as unknown[]) : [value]
      const stray = items.find((item) => typeof item !== 'string' || !setting.choices.includes(item))
      if (stray !== undefined || items.length === 0)
        throw settingRefusal(
          key,
          `${JSON.stringify(stray ?? value)} is not a choice`,
          `Give some of ${setting.choices.join(', ')}`,
        )
      return items as string[]
    }
  }
}

/** What is wrong with a setting, as a ProblemError that names it. */
export function settingRefusal(key: string, message: string, advice?: string): ProblemError {
  return new ProblemError({ code: 'bad-input', message, where: `setting ${key}`, advice })
}
