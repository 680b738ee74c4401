// What is typed into the New run form, as plain data: read against the contract's table of settings, nothing else.
import {
  labelUses,
  problemOf,
  parseSettings,
  isReadUnder,
  settingOf,
  settings,
  settingsRead,
  strengthChoices,
  type MethodName,
  type Setting,
  type SettingGroup,
  type SettingValue,
  type SettingValues,
} from '#contract'

/** Settings that are not at their default, as they were typed. */
export type Draft = Readonly<Record<string, SettingValue>>

export const groupLabels: Record<SettingGroup, string> = {
  method: 'Method',
  adapter: 'Adapter',
  optimiser: 'Optimiser',
  batches: 'Batches and length',
  probes: 'Probes',
  samples: 'Sample answers',
  checkpoints: 'Checkpoints',
  machine: 'Machine',
}

/** The settings that a method reads as the draft stands, by group, in the order of the table. */
export function shownSettings(method: MethodName, draft: Draft): { group: SettingGroup; settings: Setting[] }[] {
  const groups = new Map<SettingGroup, Setting[]>()
  for (const key of settingsRead(method, draft)) {
    const setting = settingOf(key)
    if (setting && isReadUnder(setting, draft))
      groups.set(setting.group, [...(groups.get(setting.group) ?? []), offered(setting, method, draft)])
  }
  return [...groups].map(([group, settings]) => ({ group, settings }))
}

/** The setting with only those uses of labels that the method knows, and the one chosen, whose refusal is told. */
function offered(setting: Setting, method: MethodName, draft: Draft): Setting {
  if (setting.key !== 'label_strength' || setting.kind !== 'choice') return setting
  const known: unknown[] = [setting.default, draft[setting.key], ...labelUses(method, draft).flatMap(strengthChoices)]
  return { ...setting, choices: setting.choices.filter((choice) => known.includes(choice)) }
}

/** The value of a setting in the draft. */
export function valueIn(draft: Draft, setting: Setting): SettingValue {
  const value = draft[setting.key]
  if (value !== undefined) return value
  const standard = setting.default
  return standard !== null && typeof standard === 'object' ? [...standard] : standard
}

/** The checker that the setting of that key names. */
export function checkerIn(draft: Draft, key: string): string {
  return String(draft[key] ?? settingOf(key)?.default)
}

/** The draft with one setting changed; a setting at its default is not kept, nor are the parameters of a checker that is no longer named. */
export function withValue(draft: Draft, setting: Setting, value: SettingValue): Draft {
  const gone = settings.filter(
    (one) => one.key === setting.key || (one.kind === 'parameters' && one.of === setting.key),
  )
  const rest = Object.fromEntries(Object.entries(draft).filter(([key]) => !gone.some((one) => one.key === key)))
  return sameValue(value, setting.default) ? rest : { ...rest, [setting.key]: value }
}

/** A number as typed: a number where it is one, null where it is empty and may be, else the text itself, for the check to name. */
export function numberTyped(setting: Setting, text: string): SettingValue {
  const trimmed = text.trim()
  if (trimmed === '') return 'optional' in setting && setting.optional ? null : ''
  const value = Number(trimmed)
  return Number.isFinite(value) ? value : trimmed
}

/** The changed settings that the method reads: all that a request carries. */
export function changedSettings(method: MethodName, draft: Draft): SettingValues {
  const read = new Set(shownSettings(method, draft).flatMap(({ settings }) => settings.map(({ key }) => key)))
  return Object.fromEntries(Object.entries(draft).filter(([key]) => read.has(key)))
}

/** What is wrong with a setting on its own, by key; each setting is checked apart, so that all faults show at once. */
export function draftProblems(method: MethodName, draft: Draft): Record<string, string> {
  const problems: Record<string, string> = {}
  const changed = changedSettings(method, draft)
  const { terms, ...others } = changed
  const summed = terms === undefined ? {} : { terms }
  // What else is read hangs on the terms: they come first, and while they are wrong nothing is said of the others.
  for (const key of [...Object.keys(summed), ...Object.keys(others)]) {
    if (problems.terms) break
    const when = settingOf(key)?.when
    // Under the value that the draft has, as far as it is one under which the setting is read.
    const under = when && (when.is.find((value) => value === changed[when.key]) ?? when.is[0]!)
    const alone = when && under ? { [when.key]: under, [key]: changed[key]! } : { [key]: changed[key]! }
    try {
      parseSettings(method, { ...summed, ...alone })
    } catch (thrown) {
      const { message, advice } = problemOf(thrown)
      problems[key] = [message, advice].filter((part) => part !== undefined).join('. ')
    }
  }
  return problems
}

/** The setting that a refusal names, or null. */
export function settingNamed(where: string | undefined): string | null {
  const key = /^(?:setting |settings\.)?(\w+)$/.exec(where ?? '')?.[1]
  return key !== undefined && settingOf(key) ? key : null
}

/** The settings of a finished request that differ from the defaults: where a fork starts. */
export function draftOf(values: SettingValues): Draft {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => {
      const setting = settingOf(key)
      return setting !== undefined && !sameValue(value, setting.default)
    }),
  )
}

/** Settings that came through an address: only those of the table, values as they are; the check comes with the others. */
export function draftFromText(text: string | null): Draft {
  if (!text) return {}
  try {
    const values: unknown = JSON.parse(text)
    return values !== null && typeof values === 'object' && !Array.isArray(values)
      ? draftOf(values as SettingValues)
      : {}
  } catch {
    return {}
  }
}

function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
