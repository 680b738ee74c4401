// Checkers: the programs that say whether an answer is right. Which there are is told by the trainer, as plain data for forms.
import { z } from 'zod'
import { SettingValue } from './runs.ts'

const told = { key: z.string(), label: z.string(), meaning: z.string(), unit: z.string().optional() }

export const CheckerParameter = z.discriminatedUnion('kind', [
  z.object({
    ...told,
    kind: z.literal('integer'),
    min: z.int(),
    max: z.int(),
    optional: z.boolean().optional(),
    default: SettingValue,
  }),
  z.object({ ...told, kind: z.literal('choice'), choices: z.array(z.string()), default: SettingValue }),
  z.object({ ...told, kind: z.literal('switch'), default: SettingValue }),
  /** A text of at most `longest` characters. */
  z.object({ ...told, kind: z.literal('text'), longest: z.int(), default: SettingValue }),
  /** At most `most` texts, none of them blank, each of at most `longest` characters. */
  z.object({ ...told, kind: z.literal('texts'), most: z.int(), longest: z.int(), default: SettingValue }),
])
export type CheckerParameter = z.infer<typeof CheckerParameter>

export const CheckerListing = z.object({
  name: z.string(),
  label: z.string(),
  meaning: z.string(),
  /** What the expected answer must hold for it, in words; null when it is not read. */
  expects: z.string().nullable(),
  parameters: z.array(CheckerParameter),
})
export type CheckerListing = z.infer<typeof CheckerListing>

/** A checker with parameters; those left out are at their defaults. */
export const CheckerChoice = z.object({
  name: z.string().min(1).max(40),
  parameters: z.record(z.string().max(100), SettingValue).default({}),
})
export type CheckerChoice = z.infer<typeof CheckerChoice>
