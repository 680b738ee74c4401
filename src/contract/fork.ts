// A fork: a run asked for as another was, with some settings changed, from its model or from one of its checkpoints.
import type { RunRequest } from './commands.ts'
import type { MethodName } from './methods.ts'
import type { Run, SettingValues } from './runs.ts'
import { isReadUnder, settingOf, type SettingKey } from './settings.ts'
import { settingsRead } from './terms.ts'

export type Fork = {
  /** Settings that differ from the run's. */
  change?: SettingValues
  /** The step of the checkpoint that it begins from; null for the model that the run began from. */
  step?: number | null
  method?: MethodName
}

/**
 * The request of a fork. Only settings that differ from their defaults are in it, and only those that the method reads. From a
 * checkpoint it has the steps that its parent had left, unless told otherwise, so that both end at the same place.
 */
export function forkRequest(run: Run, { change = {}, step = null, method = run.method }: Fork = {}): RunRequest {
  const left = step === null ? 0 : run.steps - step
  const wanted: SettingValues = { ...run.settings, ...(left > 0 ? { steps: left } : {}), ...change }
  const read = settingsRead(method, wanted)
  const settings = Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => {
      const setting = settingOf(key)
      if (!setting || !read.includes(key as SettingKey)) return false
      return isReadUnder(setting, wanted) && JSON.stringify(setting.default) !== JSON.stringify(value)
    }),
  )
  return {
    ...{ model: run.model.name, set: run.set.name, method, settings, seed: run.seed, name: null },
    ...{ parent: run.id, from: step === null ? null : { run: run.id, step } },
  }
}
