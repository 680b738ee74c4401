// What is told of a tuning method in the contract's table.
import type { LabelUse } from './label-settings.ts'
import type { SettingKey } from './settings.ts'

/** What is told of a method, once. */
export type MethodRow = {
  label: string
  meaning: string
  /** Authors, year and arXiv number. */
  paper: string
  /** What it learns from: pairs, prompts of pairs, which the policy answers itself, or pairs as a reward model that scores texts. */
  learns: 'pairs' | 'prompts' | 'rewards'
  /** Whether its loss reads the reference. Its readings are told against the reference in any case. */
  reference: boolean
  /** The settings of its own that it reads. */
  own: readonly SettingKey[]
  /** Whether it also learns from answers alone, each good or bad. */
  answers?: true
  /** What it can make of the strength of labels (label-settings.ts); nothing where this is left out. */
  labels?: readonly LabelUse[]
  /** Those that all others read and it does not. */
  without?: readonly SettingKey[]
  /** Why it cannot be a term of a weighted sum, if it learns from pairs and cannot. */
  alone?: string
  /** Settings that it needs to have this value, and why. */
  only?: Partial<Record<SettingKey, { is: string; why: string }>>
  /** Settings that it needs to be at least so large. */
  least?: Partial<Record<SettingKey, number>>
}
