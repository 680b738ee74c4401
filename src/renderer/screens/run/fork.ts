// Where a run leads on: New run as a fork of it, with its model, set and settings, some of them changed; an evaluation of it.
import { checkerOfSettings, settingOf, type CheckerListing, type Run, type SettingValues } from '#contract'
import { addressOf } from '../../addresses.ts'
import { parametersText } from '../../parts/checker-values.ts'

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

/** The address of a new evaluation: the run against the model it began from, on what it held out, judged by what it learnt from. */
export function evaluateAddress(
  { id, model, set, settings }: Pick<Run, 'id' | 'model' | 'set' | 'settings'>,
  checkers: readonly CheckerListing[],
): string {
  const heldOutOf = Number(settings.heldout_pairs) > 0 ? id : null
  const checker = checkerOfSettings(settings, checkers)
  return addressOf('/evaluate', {
    ...{ new: 1, policy: `run:${id}`, against: `model:${model.name}`, set: set.name, heldOutOf },
    ...{ checker: checker?.name ?? null, parameters: checker && parametersText(checker.parameters) },
    rewardModel: settings.reward_from === 'reward-model' ? String(settings.reward_model) : null,
  })
}
