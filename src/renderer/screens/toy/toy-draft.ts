// What the lab is set to, as the address carries it: settings that differ from their defaults, the seed, and what a grid varies.
import {
  parseToySettings,
  problemLine,
  problemOf,
  toySettingOf,
  toyCells,
  toySettingsRead,
  toyValueFromText,
  type ToyGroup,
  type ToySetting,
  type ToyValue,
  type ToyValues,
} from '#contract'

/** Changed settings by key. A number that cannot be read stays as it was typed, for the check to name. */
export type ToyDraft = Readonly<ToyValues>

export const groupLabels: Record<ToyGroup, string> = {
  data: 'Start and pairs',
  method: 'Method',
  model: 'Model',
  training: 'Training',
}

/** The settings that are read as the draft stands, by group, in the order of the table. */
export function shownSettings(draft: ToyDraft): { group: ToyGroup; settings: ToySetting[] }[] {
  const read = toySettingsRead(draft)
  const groups = [...new Set(read.map(({ group }) => group))]
  return groups.map((group) => ({ group, settings: read.filter((setting) => setting.group === group) }))
}

export const valueIn = (draft: ToyDraft, { key, default: standard }: ToySetting): ToyValue =>
  draft[key] ?? (standard as ToyValue)

/** The draft with one setting changed; one at its default is not kept, nor one that is then no longer read. */
export function withValue(draft: ToyDraft, setting: ToySetting, value: ToyValue): ToyDraft {
  const next = { ...draft, [setting.key]: value }
  if (value === setting.default) delete next[setting.key]
  const read = new Set(toySettingsRead(next).map(({ key }) => key))
  return Object.fromEntries(Object.entries(next).filter(([key]) => read.has(key)))
}

/** What is wrong, by the key of the setting; empty when all is well. */
export function draftProblems(draft: ToyDraft): Readonly<Record<string, string>> {
  try {
    parseToySettings(draft)
    return {}
  } catch (thrown) {
    const { where = '', message, advice } = problemOf(thrown)
    return { [where.replace('setting ', '')]: [message, advice].filter(Boolean).join('. ') }
  }
}

/** Settings that came through an address: those of the table with a value of a sort they could have. */
export function draftFromText(text: string | undefined): ToyDraft {
  const found = object(text)
  return Object.fromEntries(
    Object.entries(found).filter(
      (entry): entry is [string, ToyValue] =>
        toySettingOf(entry[0]) !== undefined && ['number', 'string'].includes(typeof entry[1]),
    ),
  )
}

export const draftText = (draft: ToyDraft): string | null =>
  Object.keys(draft).length > 0 ? JSON.stringify(draft) : null

function object(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

/** A whole number within bounds, or null. */
export function wholeIn(text: string, [least, most]: readonly [number, number]): number | null {
  const value = Number(text)
  return /^\d+$/.test(text.trim()) && value >= least && value <= most ? value : null
}

/** One setting that a grid varies: its key and its values as typed, with commas. An empty key varies nothing. */
export type Varied = { key: string; text: string }

/** What is varied, for the request, or what is wrong with it. Every combination is checked beside the draft, and their number. */
export function variedValues(
  varied: readonly Varied[],
  draft: ToyDraft,
  seeds: number,
): { vary: Record<string, ToyValue[]>; problem: string | null } {
  const vary: Record<string, ToyValue[]> = {}
  for (const { key, text } of varied) {
    const setting = toySettingOf(key)
    if (!setting) continue
    if (vary[key]) return { vary, problem: `${setting.label} is varied twice` }
    vary[key] = text
      .split(',')
      .filter((part) => part.trim() !== '')
      .map((part) => toyValueFromText(key, part))
    if (vary[key].length === 0) return { vary, problem: `Give values of ${setting.label}, with commas between them` }
  }
  try {
    toyCells(draft, vary, seeds)
    return { vary, problem: null }
  } catch (thrown) {
    return { vary, problem: problemLine(problemOf(thrown)) }
  }
}
