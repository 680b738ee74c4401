// In what runs differ: only the keys whose values are not the same, with a value for each run.
import { isReadUnder, methods, settings, settingsRead, type Run, type SettingKey } from '#contract'
import { settingText } from '../../parts/setting-text.ts'

export type Cell = {
  text: string
  /** The run's method reads the setting; one that it does not read has no value. */
  read: boolean
}
export type Difference = { key: string; label: string; symbol?: string; meaning: string; cells: Cell[] }

/** Differences of two or more runs: what was trained first, then settings in the order of the table. */
export function differences(runs: readonly Run[]): Difference[] {
  const facts = [
    { key: 'model', label: 'Model', meaning: 'The model that was trained.', of: (run: Run) => run.model.name },
    { key: 'set', label: 'Pairs', meaning: 'The set it was trained on.', of: (run: Run) => run.set.name },
    { key: 'method', label: 'Method', meaning: 'How it was trained.', of: (run: Run) => methods[run.method].label },
    { key: 'seed', label: 'Seed', meaning: 'Where its random numbers start.', of: (run: Run) => String(run.seed) },
    {
      key: 'begins',
      label: 'Begins with',
      meaning: 'The weights that it began with.',
      of: ({ parentStep, parent }: Run) =>
        parentStep === null
          ? 'the model'
          : `step ${parentStep} of ${parent === null ? 'a run that is gone' : `run ${parent}`}`,
    },
    {
      key: 'precision-used',
      label: 'Precision used',
      meaning: 'What the factors of its products were rounded to.',
      of: (run: Run) => run.provenance?.precision ?? 'not known',
    },
  ].map(({ of, ...fact }): Difference => ({ ...fact, cells: runs.map((run) => ({ text: of(run), read: true })) }))

  const rows = settings.map((setting): Difference => {
    const cells = runs.map((run): Cell => {
      const reads = settingsRead(run.method, run.settings).includes(setting.key as SettingKey)
      const read = reads && isReadUnder(setting, run.settings)
      return { text: read ? settingText(run.settings[setting.key] ?? setting.default) : 'not read', read }
    })
    const symbol = 'symbol' in setting ? setting.symbol : undefined
    return { key: setting.key, label: setting.label, symbol, meaning: setting.meaning, cells }
  })
  return [...facts, ...rows].filter(({ cells }) => new Set(cells.map(({ text }) => text)).size > 1)
}
