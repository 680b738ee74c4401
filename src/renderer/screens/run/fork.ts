// The address of New run that starts as a fork of a run: its model, set and settings, some of them changed.
import { settingOf, type Run, type SettingValues } from '#contract'
import { addressOf } from '../../addresses.ts'

/** Only settings that differ from the defaults travel: the form fills in the rest. */
export function forkAddress(run: Run, change: SettingValues = {}): string {
  const settings = Object.fromEntries(
    Object.entries({ ...run.settings, ...change }).filter(([key, value]) => {
      const setting = settingOf(key)
      return setting !== undefined && JSON.stringify(setting.default) !== JSON.stringify(value)
    }),
  )
  return addressOf('/runs/new', {
    model: run.model.name,
    set: run.set.name,
    method: run.method,
    seed: run.seed || null,
    parent: run.id,
    settings: Object.keys(settings).length > 0 ? JSON.stringify(settings) : null,
  })
}
