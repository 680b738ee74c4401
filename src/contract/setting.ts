// What is told of a setting: its kind with its range, where it stands in the form, its words.

export type SettingKind =
  | {
      kind: 'number' | 'integer'
      min: number
      max: number
      usual?: [number, number]
      log?: boolean
      optional?: boolean
    }
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'list'; choices: readonly string[] }
  /** Methods with a weight each, as `dpo*1` (terms.ts). */
  | { kind: 'terms' }
  /** Parameters of the checker that the setting `of` names, as texts key=value (checker-parameters.ts). */
  | { kind: 'parameters'; of: string }
  | { kind: 'switch' }
  /** The name of a model with that head; empty: none. */
  | { kind: 'model'; head: 'reward' }
  /** The name of a set of pairs; empty: none. */
  | { kind: 'set' }

export type SettingGroup =
  'method' | 'adapter' | 'optimiser' | 'batches' | 'probes' | 'samples' | 'checkpoints' | 'machine'

export type Setting = SettingKind & {
  key: string
  label: string
  /** The symbol of the papers. */
  symbol?: string
  meaning: string
  unit?: string
  group: SettingGroup
  default: number | string | boolean | null | readonly string[]
  /** Read only when another setting has one of these values. */
  when?: { key: string; is: readonly string[] }
}
